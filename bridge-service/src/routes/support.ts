import Type from 'typebox';
import { callerOf } from '../plugins/authentication.ts';
import { negotiateLocale } from '../plugins/locale.ts';
import { roles } from '../services/ports/records.ts';
import { lookUp } from '../services/support/look-up.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { InclusionSchema } from './schemas/audit.ts';
import { closed, Instant, nullable, oneOf } from './schemas/common.ts';
import { LoginSchema } from './schemas/reports.ts';

const Told = closed(
  {
    code: Type.String(),
    message: Type.String({ description: '按 Accept-Language 的说明 / words by Accept-Language' }),
    whoCanAct: nullable(oneOf(['user', 'integrator', 'operator', 'vendor', 'us'], '谁能解决 / who can put it right')),
  },
  '原因 / reason',
);

const Entry = closed({
  sequence: Type.Integer(),
  at: Instant,
  actor: Type.String(),
  actorName: nullable(Type.String()),
  role: oneOf([...roles, 'none'], '角色 / role'),
  action: Type.String(),
  target: Type.String(),
  outcome: Type.String(),
  reason: Type.String(),
  told: nullable(Told),
  requestId: Type.String(),
  detailsSm3: Type.String(),
  detailsSha256: Type.String(),
  retainUntil: Instant,
  evidence: nullable(
    Type.Array(closed({ use: Type.String(), digest: Type.String() }), {
      description: '判定所依据的证据，按摘要；明细已清除则为 null / what the verdict was made from; null once erased',
    }),
  ),
  proof: InclusionSchema,
});

export function supportRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/support/:id',
    describeRoute(
      {
        operationId: 'lookUp',
        tag: '监管 Supervision',
        zh: '凭编号查明经过',
        en: 'The whole story of an id that somebody was given: of a request or an error, a login, an entry of the audit log, a record. Who asked, the verdict and its reasons, the evidence, the proof in the audit log. A platform finds its own.',
        access: ['platform', 'operator', 'supervisor', 'administrator'],
        answer: [
          200,
          closed({
            id: Type.String(),
            kind: oneOf(['request', 'login', 'entry', 'record'], '编号的种类 / what the id names'),
            asked: nullable(
              closed({ at: Instant, caller: Type.String(), name: nullable(Type.String()), role: Type.String() }),
            ),
            verdict: nullable(closed({ indication: Type.String(), told: nullable(Told) })),
            refusal: nullable(
              closed({
                at: Instant,
                method: Type.String(),
                route: Type.String(),
                status: Type.Integer(),
                told: Told,
                params: Type.Record(Type.String(), Type.Unknown()),
              }),
            ),
            login: nullable(LoginSchema),
            entries: Type.Array(Entry),
            checkpoint: nullable(closed({ size: Type.Integer(), at: Instant })),
          }),
        ],
      },
      {
        params: closed({
          id: Type.String({ minLength: 1, maxLength: 60, pattern: '^[A-Za-z0-9_]+$', description: '编号 / id' }),
        }),
      },
    ),
    async (request) =>
      lookUp(ports, callerOf(request), request.params.id, negotiateLocale(request.headers['accept-language'])),
  );
}
