import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { readCursor } from '../services/page.ts';
import { shownWatchStates, watchActions, watchKinds } from '../services/ports/watch-store.ts';
import {
  clearEntry,
  decideEntry,
  endEntry,
  findEntry,
  listEntries,
  proposeEntry,
} from '../services/watch-list/entries.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  closed,
  IdempotencyHeader,
  Instant,
  nullable,
  oneOf,
  PageQuery,
  pageOfSchema,
  recordId,
  Text,
} from './schemas/common.ts';

const Kind = oneOf(
  watchKinds,
  '对象：证书、介质序列号、企业、人员、机器 / certificate, device serial, company, person, machine',
);
const Action = oneOf(watchActions, '使用时：仅告警、须加验、阻断 / at use: alert, step up, block');
const State = oneOf(shownWatchStates, '状态；期满的是 expired / state; `expired` once its time has come');

const EntrySchema = closed({
  id: recordId('wat'),
  kind: Kind,
  shown: Type.String({ description: '对象；证件号码已脱敏 / the value; a document number by its ends' }),
  action: Action,
  reason: Type.String(),
  evidence: Type.String(),
  state: State,
  proposedBy: Type.String(),
  proposedAt: Instant,
  expiresAt: Instant,
  updatedAt: Instant,
  decidedBy: nullable(Type.String()),
  decidedAt: nullable(Instant),
  endedBy: nullable(Type.String()),
  endedAt: nullable(Instant),
  endReason: nullable(Type.String()),
  clearedUntil: nullable(Instant),
});

const keepers = ['operator', 'supervisor', 'administrator'] as const;
const tag = '监管 Supervision';

export function watchListRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/watchlist',
    describeRoute(
      {
        operationId: 'proposeWatchEntry',
        tag,
        zh: '提出关注名单条目',
        en: 'Proposes an entry of the watch-list; it counts once another person has approved it.',
        access: keepers,
        answer: [201, EntrySchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          kind: Kind,
          value: Text(200, '证书 SM3、介质序列号、统一社会信用代码、证件号码或机器标识 / what is watched'),
          action: Action,
          reason: Text(1000, '理由 / reason'),
          evidence: Text(1000, '依据：文号、文件摘要 / what it rests on'),
          expiresAt: Instant,
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => proposeEntry(ports, act, request.body));
    },
  );

  app.get(
    '/v1/watchlist',
    describeRoute(
      {
        operationId: 'listWatchEntries',
        tag,
        zh: '列出关注名单',
        en: 'Entries of the watch-list, oldest first.',
        access: keepers,
        answer: [200, pageOfSchema(EntrySchema)],
      },
      { querystring: closed({ ...PageQuery, state: Type.Optional(State) }) },
    ),
    async ({ query }) => listEntries(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }, query.state),
  );

  app.get(
    '/v1/watchlist/:id',
    describeRoute(
      {
        operationId: 'getWatchEntry',
        tag,
        zh: '查询关注名单条目',
        en: 'One entry.',
        access: keepers,
        answer: [200, EntrySchema],
      },
      { params: byId('wat') },
    ),
    async ({ params }) => findEntry(ports, params.id),
  );

  app.post(
    '/v1/watchlist/:id/decision',
    describeRoute(
      {
        operationId: 'decideWatchEntry',
        tag,
        zh: '批准或否决关注名单条目',
        en: 'Approves or rejects a proposed entry. Who proposed it cannot approve it.',
        access: keepers,
        answer: [200, EntrySchema],
      },
      {
        params: byId('wat'),
        headers: IdempotencyHeader,
        body: closed({ decision: oneOf(['approve', 'reject'], '批准或否决 / approve or reject') }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => decideEntry(ports, act, request.params.id, request.body.decision)),
  );

  app.post(
    '/v1/watchlist/:id/end',
    describeRoute(
      {
        operationId: 'endWatchEntry',
        tag,
        zh: '提前结束关注名单条目',
        en: 'Ends an active entry before its time.',
        access: keepers,
        answer: [200, EntrySchema],
      },
      { params: byId('wat'), headers: IdempotencyHeader, body: closed({ reason: Text(1000, '理由 / reason') }) },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => endEntry(ports, act, request.params.id, request.body.reason)),
  );

  app.post(
    '/v1/watchlist/:id/clearance',
    describeRoute(
      {
        operationId: 'clearWatchEntry',
        tag,
        zh: '为须加验的条目放行十分钟',
        en: 'Vouches for the holder whom an entry of action step-up stops: for ten minutes the entry alerts only.',
        access: keepers,
        answer: [200, EntrySchema],
      },
      { params: byId('wat'), headers: IdempotencyHeader },
    ),
    async (request, reply) => runWrite(ports, request, reply, (act) => clearEntry(ports, act, request.params.id)),
  );
}
