import Type from 'typebox';
import { listAudit } from '../services/list-audit.ts';
import { readNumberCursor } from '../services/page.ts';
import { roles } from '../services/ports/records.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, Instant, nullable, oneOf, PageQuery, pageOfSchema } from './schemas/common.ts';

const AuditEntrySchema = closed({
  sequence: Type.Integer({ description: '序号，连续无缺 / 1, 2, 3 … without gaps' }),
  at: Instant,
  actor: Type.String({ description: '调用方编号 / id of the caller' }),
  role: oneOf([...roles, 'none'], '角色 / role'),
  action: Type.String({ description: '做了什么 / what was done' }),
  target: Type.String({ description: '记录编号或摘要 / id of a record, or a digest' }),
  outcome: oneOf(['passed', 'failed', 'indeterminate', 'done', 'refused'], '结果 / outcome'),
  reason: Type.String({ description: '代码，或空 / a code, or empty' }),
  payloadDigest: Type.String({ description: 'SM3("onelock-audit-payload-v1\\n" + salt + "\\n" + payload)' }),
  requestId: Type.String(),
  previousHash: Type.String(),
  hash: Type.String({ description: 'SM3("onelock-audit-v1\\n" + JSON list of the fields in this order)' }),
  payload: nullable(Type.Record(Type.String(), Type.Unknown())),
  payloadSalt: nullable(Type.String()),
});

export function auditRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/audit',
    describeRoute(
      {
        operationId: 'listAudit',
        tag: '监管 Supervision',
        zh: '查阅审计日志',
        en: 'The audit log, oldest first. Entries are chained by hash and cannot be changed.',
        access: ['supervisor', 'administrator'],
        answer: [200, pageOfSchema(AuditEntrySchema)],
      },
      {
        querystring: closed({
          ...PageQuery,
          action: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
          actor: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
          target: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
          order: Type.Optional(
            oneOf(['oldest-first', 'newest-first'], '次序，默认由旧到新 / order, oldest first by default'),
          ),
        }),
      },
    ),
    async ({ query }) =>
      listAudit(
        ports,
        { after: readNumberCursor(query.cursor), limit: query.limit ?? 50 },
        {
          action: query.action,
          actor: query.actor,
          target: query.target,
          newestFirst: query.order === 'newest-first',
        },
      ),
  );
}
