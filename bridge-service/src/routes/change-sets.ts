import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { addBidOpening, cancelBidOpening, listBidOpenings } from '../services/change-sets/bid-openings.ts';
import {
  approveChangeSet,
  endChangeSet,
  findChangeSet,
  listChangeSets,
  previewChanges,
  proposeChangeSet,
  rollBackChangeSet,
} from '../services/change-sets/decide.ts';
import { readCursor } from '../services/page.ts';
import { roles } from '../services/ports/records.ts';
import { publishOrigins } from '../services/publish-origins.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  ChangeSetSchema,
  ChangeSetStateSchema,
  Digest,
  OpeningSchema,
  Operations,
  OriginRegistrySchema,
  PreviewSchema,
  Reason,
} from './schemas/changes.ts';
import {
  base64,
  byId,
  CertificateText,
  closed,
  IdempotencyHeader,
  Instant,
  PageQuery,
  pageOfSchema,
  recordId,
  Text,
} from './schemas/common.ts';

const readers = ['operator', 'supervisor', 'administrator'] as const;
const keepers = ['operator', 'administrator'] as const;
const planners = ['platform', 'operator', 'administrator'] as const;
const tag = '登记 Registries';

export function changeSetRoutes(app: App, context: RouteContext): void {
  proposalRoutes(app, context);
  decisionRoutes(app, context);
  calendarRoutes(app, context);
}

function proposalRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/change-sets/preview',
    describeRoute(
      {
        operationId: 'previewChanges',
        tag,
        zh: '预览变更影响谁',
        en: 'Says whom changes would touch, without proposing them.',
        access: readers,
        answer: [200, closed({ preview: Type.Array(PreviewSchema) })],
      },
      { body: closed({ operations: Operations, applyAt: Type.Optional(Instant) }) },
    ),
    async ({ body }) => ({ preview: await previewChanges(ports, body.operations, body.applyAt) }),
  );

  app.post(
    '/v1/change-sets',
    describeRoute(
      {
        operationId: 'proposeChangeSet',
        tag,
        zh: '提出变更单',
        en: 'Proposes changes, to be approved by another person (two others when urgent) and applied at once or at a time.',
        access: keepers,
        answer: [201, ChangeSetSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          title: Text(120, '标题 / title'),
          reason: Text(1000, '理由 / reason'),
          operations: Operations,
          applyAt: Type.Optional(Instant),
          urgent: Type.Optional(
            Type.Boolean({ description: '开标期间也要生效 / to be applied during a bid opening too' }),
          ),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => proposeChangeSet(ports, act, request.body));
    },
  );

  app.get(
    '/v1/change-sets',
    describeRoute(
      {
        operationId: 'listChangeSets',
        tag,
        zh: '列出变更单',
        en: 'Change sets, newest first.',
        access: readers,
        answer: [200, pageOfSchema(ChangeSetSchema)],
      },
      { querystring: closed({ ...PageQuery, state: Type.Optional(ChangeSetStateSchema) }) },
    ),
    async ({ query }) =>
      listChangeSets(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }, query.state),
  );

  app.get(
    '/v1/change-sets/:id',
    describeRoute(
      {
        operationId: 'getChangeSet',
        tag,
        zh: '查询变更单',
        en: 'One change set.',
        access: readers,
        answer: [200, ChangeSetSchema],
      },
      { params: byId('chg') },
    ),
    async ({ params }) => findChangeSet(ports, params.id),
  );
}

function decisionRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/change-sets/:id/approval',
    describeRoute(
      {
        operationId: 'approveChangeSet',
        tag,
        zh: '批准变更单',
        en: 'Approves what has this digest; with a signature by the approver’s own certificate over `onelock-change-set-approval-v1\\n` + digest + `\\n`, where one is given.',
        access: keepers,
        answer: [200, ChangeSetSchema],
      },
      {
        headers: IdempotencyHeader,
        params: byId('chg'),
        body: closed({
          digest: Digest,
          signature: Type.Optional(
            closed({ certificate: CertificateText, signature: base64(4_000, '签名 / signature') }),
          ),
        }),
      },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => approveChangeSet(ports, act, request.params.id, request.body)),
  );

  app.post(
    '/v1/change-sets/:id/end',
    describeRoute(
      {
        operationId: 'endChangeSet',
        tag,
        zh: '撤回或否决变更单',
        en: 'Withdraws one’s own change set, or rejects another’s, before it is applied.',
        access: keepers,
        answer: [200, ChangeSetSchema],
      },
      { headers: IdempotencyHeader, params: byId('chg'), body: Reason },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => endChangeSet(ports, act, request.params.id, request.body.reason)),
  );

  app.post(
    '/v1/change-sets/:id/rollback',
    describeRoute(
      {
        operationId: 'rollBackChangeSet',
        tag,
        zh: '回滚变更单',
        en: 'Takes back a change set that was applied, unless a record was changed since.',
        access: keepers,
        answer: [200, ChangeSetSchema],
      },
      { headers: IdempotencyHeader, params: byId('chg'), body: Reason },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => rollBackChangeSet(ports, act, request.params.id, request.body.reason)),
  );
}

function calendarRoutes(app: App, { ports, config }: RouteContext): void {
  app.post(
    '/v1/bid-openings',
    describeRoute(
      {
        operationId: 'addBidOpening',
        tag,
        zh: '登记开标',
        en: 'Puts a bid opening into the calendar: changes are frozen shortly before and during it.',
        access: planners,
        answer: [201, OpeningSchema],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          title: Text(120, '标题 / title'),
          startsAt: Instant,
          endsAt: Instant,
          platformId: Type.Optional(recordId('clr')),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => addBidOpening(ports, act, request.body));
    },
  );

  app.get(
    '/v1/bid-openings',
    describeRoute(
      {
        operationId: 'listBidOpenings',
        tag,
        zh: '列出未结束的开标',
        en: 'Bid openings that are not over, soonest first.',
        access: ['platform', 'operator', 'supervisor', 'vendor', 'administrator'],
        answer: [200, closed({ items: Type.Array(OpeningSchema) })],
      },
      { querystring: closed({ limit: PageQuery.limit }) },
    ),
    async ({ query }) => ({ items: await listBidOpenings(ports, query.limit ?? 50) }),
  );

  app.delete(
    '/v1/bid-openings/:id',
    describeRoute(
      {
        operationId: 'cancelBidOpening',
        tag,
        zh: '取消开标',
        en: 'Takes a bid opening out of the calendar.',
        access: planners,
        answer: [200, OpeningSchema],
      },
      { headers: IdempotencyHeader, params: byId('opn') },
    ),
    async (request, reply) => runWrite(ports, request, reply, (act) => cancelBidOpening(ports, act, request.params.id)),
  );

  app.get(
    '/v1/origin-registry',
    describeRoute(
      {
        operationId: 'getOriginRegistry',
        tag,
        zh: '来源登记（已签名）',
        en: 'The origins of trading platforms for agents, signed by the service and believed for a time.',
        access: roles,
        answer: [200, OriginRegistrySchema],
      },
      {},
    ),
    async () => publishOrigins(ports, config.publicUrl),
  );
}
