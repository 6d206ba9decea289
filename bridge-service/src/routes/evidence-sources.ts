import Type from 'typebox';
import { actOf, runWrite } from '../plugins/write.ts';
import {
  findCaSources,
  forgetList,
  pageSources,
  refreshSources,
  setCaSources,
  sourceStates,
} from '../services/ca-sources.ts';
import { readCursor } from '../services/page.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { CaSourcesInput, sourceFields } from './schemas/ca-sources.ts';
import {
  byId,
  ChangeHeader,
  closed,
  Instant,
  nullable,
  oneOf,
  PageQuery,
  ReasonSchema,
  recordId,
} from './schemas/common.ts';
import { answerVersioned } from './versioned.ts';

const CaSourcesSchema = closed({ caId: recordId('ca'), updatedAt: nullable(Instant), ...sourceFields });

const sourceFieldsShown = {
  source: Type.String({ description: '源的名字 / name of the source' }),
  caId: nullable(Type.String()),
  kind: oneOf(['crl', 'ocsp', 'ca-issuers', 'tsa'], '种类 / kind'),
  url: Type.String(),
  failures: Type.Integer({ description: '连续失败次数 / failures in a row' }),
  lastAttemptAt: nullable(Instant),
  lastSuccessAt: nullable(Instant),
  nextAttemptAt: Instant,
  lastError: nullable(ReasonSchema),
  list: nullable(
    closed({
      digest: Type.String(),
      entries: Type.Integer(),
      size: Type.Integer(),
      crlNumber: nullable(Type.String()),
      baseNumber: nullable(Type.String({ description: '仅增量列表 / of a delta' })),
      thisUpdate: Instant,
      nextUpdate: nullable(Instant),
      refreshAt: Instant,
      stale: Type.Boolean({ description: '已过 nextUpdate / past its nextUpdate' }),
    }),
  ),
};
const SourceSchema = closed(sourceFieldsShown);
const State = oneOf(
  [...sourceStates],
  '列表已过期、最近失败、尚未取过、新鲜 / list past its time, failed last, never asked, fresh',
);
const Count = Type.Integer({ minimum: 0 });
const SourcePageSchema = closed({
  items: Type.Array(closed({ ...sourceFieldsShown, state: State })),
  nextCursor: nullable(Type.String()),
  counts: closed(
    { stale: Count, failing: Count, waiting: Count, fresh: Count },
    '这些 CA 的全部来源，不论 state 筛选 / of all sources of these CAs, whatever state is asked for',
  ),
});
const SourcesSchema = closed({ items: Type.Array(SourceSchema) });

const readers = ['platform', 'operator', 'supervisor', 'vendor', 'administrator'] as const;
const writers = ['operator', 'administrator'] as const;

export function evidenceSourceRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/cas/:id/sources',
    describeRoute(
      {
        operationId: 'getCaSources',
        tag: '登记 Registries',
        zh: '查询 CA 的证据源',
        en: 'Where revocation evidence, issuers and time-stamps of a CA are to be had.',
        access: readers,
        answer: [200, CaSourcesSchema],
      },
      { params: byId('ca') },
    ),
    async ({ params: { id } }, reply) =>
      answerVersioned(ports, reply, { registry: 'cas', recordId: id, part: 'sources' }, () => findCaSources(ports, id)),
  );

  app.put(
    '/v1/cas/:id/sources',
    describeRoute(
      {
        operationId: 'setCaSources',
        tag: '登记 Registries',
        zh: '设置 CA 的证据源',
        en: 'Replaces the sources of a CA; each kind with an address replaces what certificates say. What is not given is the default.',
        access: writers,
        answer: [200, CaSourcesSchema],
      },
      { headers: ChangeHeader, params: byId('ca'), body: CaSourcesInput },
    ),
    async (request, reply) =>
      runWrite(ports, request, reply, (act) => setCaSources(ports, act, request.params.id, request.body)),
  );

  app.get(
    '/v1/evidence-sources',
    describeRoute(
      {
        operationId: 'listEvidenceSources',
        tag: '监管 Supervision',
        zh: '证据源状态',
        en: 'State of the registered sources in the order of their names, page by page: failures, freshness, the list at hand; of some CAs, or in one state.',
        access: readers,
        answer: [200, SourcePageSchema],
      },
      {
        querystring: closed({
          limit: PageQuery.limit,
          // Names hold addresses.
          cursor: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 4_000,
              description: '上一页的 nextCursor / nextCursor of the page before',
            }),
          ),
          ca: Type.Optional(
            Type.String({
              pattern: '^ca_[0-9a-f]{32}(,ca_[0-9a-f]{32}){0,99}$',
              maxLength: 3_600,
              description: '一个或以逗号分隔的几个 CA / a CA, or several with commas between',
            }),
          ),
          state: Type.Optional(State),
        }),
      },
    ),
    async ({ query: { cursor, limit = 50, ca, state } }) =>
      pageSources(ports, { after: readCursor(cursor), limit }, { cas: ca?.split(','), state }),
  );

  app.post(
    '/v1/cas/:id/sources/refresh',
    describeRoute(
      {
        operationId: 'refreshCaSources',
        tag: '登记 Registries',
        zh: '立即刷新 CA 的证据源',
        en: 'Asks every list of a CA now, whatever failed before, and waits for them.',
        access: writers,
        answer: [200, SourcesSchema],
      },
      { params: byId('ca') },
    ),
    async (request) => ({ items: await refreshSources(ports, actOf(ports, request), request.params.id) }),
  );

  app.post(
    '/v1/cas/:id/sources/forget-list',
    describeRoute(
      {
        operationId: 'forgetList',
        tag: '登记 Registries',
        zh: '忘记一份吊销列表',
        en: 'Lets a source begin anew with a lower list number, as after a CA was restored from a backup.',
        access: writers,
        answer: [200, SourcesSchema],
      },
      { params: byId('ca'), body: closed({ source: Type.String({ minLength: 1, maxLength: 2_200 }) }) },
    ),
    async (request) => ({
      items: await forgetList(ports, actOf(ports, request), request.params.id, request.body.source),
    }),
  );
}
