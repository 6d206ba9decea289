import Type from 'typebox';
import { actOf, runWrite } from '../plugins/write.ts';
import { findCaSources, forgetList, listSources, refreshSources, setCaSources } from '../services/ca-sources.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { CaSourcesInput, sourceFields } from './schemas/ca-sources.ts';
import { byId, ChangeHeader, closed, Instant, nullable, oneOf, ReasonSchema, recordId } from './schemas/common.ts';
import { answerVersioned } from './versioned.ts';

const CaSourcesSchema = closed({ caId: recordId('ca'), updatedAt: nullable(Instant), ...sourceFields });

const SourceSchema = closed({
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
        en: 'State of every registered source: failures, freshness, the list at hand.',
        access: readers,
        answer: [200, SourcesSchema],
      },
      { querystring: closed({ ca: Type.Optional(recordId('ca')) }) },
    ),
    async ({ query }) => ({ items: await listSources(ports, query.ca) }),
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
