import { toBase64 } from '@onelock/core/bytes';
import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { makeCheckpoint } from '../services/audit-checkpoints.ts';
import { eraseAuditDetails } from '../services/erase-audit-details.ts';
import { findAuditEntry, listAudit } from '../services/list-audit.ts';
import { noteAuditVerification } from '../services/note-audit-verification.ts';
import { pageOf, readNumberCursor } from '../services/page.ts';
import { auditHead, proveConsistency, proveInclusion } from '../services/prove-audit.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  After,
  AuditEntrySchema,
  AuditHeadSchema,
  AuditVerificationSchema,
  CheckpointSchema,
  ConsistencySchema,
  InclusionSchema,
  SequenceParams,
  ServiceKeysSchema,
  Size,
} from './schemas/audit.ts';
import { closed, IdempotencyHeader, oneOf, PageQuery, pageOfSchema, Text } from './schemas/common.ts';

const readers = ['supervisor', 'administrator'] as const;
/** Heads and proofs tell nothing of what the log says: whoever relies on the service may hold it to them. */
const witnesses = ['platform', 'operator', 'supervisor', 'vendor', 'administrator'] as const;
const tag = '监管 Supervision';

export function auditRoutes(app: App, context: RouteContext): void {
  entryRoutes(app, context);
  proofRoutes(app, context);
  checkpointRoutes(app, context);
}

function entryRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/audit',
    describeRoute(
      {
        operationId: 'listAudit',
        tag,
        zh: '查阅审计日志',
        en: 'The audit log, oldest first. Its entries are the leaves of two Merkle trees and cannot be changed.',
        access: readers,
        answer: [200, pageOfSchema(AuditEntrySchema)],
      },
      {
        querystring: closed({
          ...PageQuery,
          action: Type.Optional(Text(60, '动作 / action')),
          actor: Type.Optional(Text(60, '调用方 / caller')),
          target: Type.Optional(Text(100, '对象 / target')),
          after: Type.Optional(After),
          order: Type.Optional(
            oneOf(['oldest-first', 'newest-first'], '次序，默认由旧到新 / order, oldest first by default'),
          ),
        }),
      },
    ),
    async ({ query }) =>
      listAudit(
        ports,
        { after: readNumberCursor(query.cursor) ?? query.after ?? null, limit: query.limit ?? 50 },
        {
          action: query.action,
          actor: query.actor,
          target: query.target,
          newestFirst: query.order === 'newest-first',
        },
      ),
  );

  app.get(
    '/v1/audit/entries/:sequence',
    describeRoute(
      {
        operationId: 'getAuditEntry',
        tag,
        zh: '查阅一条审计记录',
        en: 'One entry of the audit log.',
        access: readers,
        answer: [200, AuditEntrySchema],
      },
      { params: SequenceParams },
    ),
    async ({ params }) => findAuditEntry(ports, params.sequence),
  );

  app.post(
    '/v1/audit/erasures',
    describeRoute(
      {
        operationId: 'eraseAuditDetails',
        tag,
        zh: '清除审计记录的明细与所留的被签内容',
        en: 'Erases the details of some entries before their retention ends, with the contents, messages and log-in tokens that they had kept. The entries stay, and so does the fact of the erasure.',
        access: ['administrator'],
        answer: [201, closed({ erased: Type.Integer(), evidenceErased: Type.Integer() })],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          sequences: Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
            minItems: 1,
            maxItems: 100,
          }),
          reason: Text(500, '理由 / reason'),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => eraseAuditDetails(ports, act, request.body));
    },
  );
}

function proofRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/audit/head',
    describeRoute(
      {
        operationId: 'getAuditHead',
        tag,
        zh: '审计日志的树头',
        en: 'Size and heads of the audit log.',
        access: witnesses,
        answer: [200, AuditHeadSchema],
      },
      {},
    ),
    async () => auditHead(ports),
  );

  app.get(
    '/v1/audit/entries/:sequence/inclusion',
    describeRoute(
      {
        operationId: 'proveAuditInclusion',
        tag,
        zh: '记录在日志中的证明',
        en: 'Proof that an entry is in the log of that size (RFC 6962 §2.1.1).',
        access: witnesses,
        answer: [200, InclusionSchema],
      },
      { params: SequenceParams, querystring: closed({ size: Type.Optional(Size) }) },
    ),
    async ({ params, query }) => proveInclusion(ports, params.sequence, query.size),
  );

  app.get(
    '/v1/audit/consistency',
    describeRoute(
      {
        operationId: 'proveAuditConsistency',
        tag,
        zh: '日志只增不改的证明',
        en: 'Proof that the log of the second size begins with the log of the first (RFC 6962 §2.1.2).',
        access: witnesses,
        answer: [200, ConsistencySchema],
      },
      { querystring: closed({ first: Size, second: Type.Optional(Size) }) },
    ),
    async ({ query }) => proveConsistency(ports, query.first, query.second),
  );
}

function checkpointRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/audit/checkpoints',
    describeRoute(
      {
        operationId: 'listCheckpoints',
        tag,
        zh: '列出审计日志的检查点',
        en: 'Signed checkpoints of the audit log, oldest first. A witness keeps them.',
        access: witnesses,
        answer: [200, pageOfSchema(CheckpointSchema)],
      },
      { querystring: closed({ ...PageQuery, after: Type.Optional(After) }) },
    ),
    async ({ query }) =>
      pageOf(
        { after: readNumberCursor(query.cursor) ?? query.after ?? null, limit: query.limit ?? 50 },
        (page) => ports.store.audit.checkpoints(page),
        ({ size }) => size,
      ),
  );

  app.post(
    '/v1/audit/checkpoints',
    describeRoute(
      {
        operationId: 'makeCheckpoint',
        tag,
        zh: '立即签发检查点',
        en: 'Signs the audit log as it stands; the last checkpoint when nothing came since.',
        access: ['supervisor', 'administrator'],
        answer: [201, CheckpointSchema],
      },
      {},
    ),
    async (_request, reply) => {
      reply.code(201);
      return makeCheckpoint(ports);
    },
  );

  app.post(
    '/v1/audit/verifications',
    describeRoute(
      {
        operationId: 'noteAuditVerification',
        tag,
        zh: '记下一次对审计日志的核对',
        en: 'Notes in the log what somebody found who checked it by themselves. A success under heads that are not the log’s is refused.',
        access: readers,
        answer: [201, AuditVerificationSchema],
      },
      { headers: IdempotencyHeader, body: AuditVerificationSchema },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => noteAuditVerification(ports, act, request.body));
    },
  );

  app.get(
    '/v1/keys',
    describeRoute(
      {
        operationId: 'listServiceKeys',
        tag,
        zh: '服务的公钥',
        en: 'Public keys by which the service signs checkpoints and what else it publishes. Compare the id by another way before you rely on it.',
        access: 'open',
        answer: [200, ServiceKeysSchema],
      },
      {},
    ),
    async () => ({
      keys: [{ id: ports.key.id, algorithm: 'sm2' as const, publicKey: toBase64(ports.key.publicKey.spki) }],
    }),
  );
}
