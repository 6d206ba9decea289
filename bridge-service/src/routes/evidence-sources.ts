import Type from 'typebox';
import { actOf, runWrite } from '../plugins/write.ts';
import { findCaSources, forgetList, listSources, refreshSources, setCaSources } from '../services/ca-sources.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { byId, closed, IdempotencyHeader, Instant, nullable, oneOf, ReasonSchema, recordId } from './schemas/common.ts';

const Address = closed({
  url: Type.String({
    minLength: 1,
    maxLength: 2_048,
    pattern: '^[\\x21-\\x7e]+$',
    description: 'http 或 https / http or https',
  }),
  issuer: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{64}$',
      description:
        '只管此 CA 证书（SM3）签发的证书；省略则管该 CA 全部 / only for certificates issued by this certificate of the CA (SM3); all of them when absent',
    }),
  ),
});
const addresses = (description: string) => Type.Array(Address, { maxItems: 50, description });

const sourceFields = {
  ocsp: addresses('OCSP 响应者 / OCSP responders'),
  crl: addresses('吊销列表 / revocation lists'),
  deltaCrl: addresses('增量吊销列表 / delta lists'),
  caIssuers: addresses('颁发者证书 / issuers’ certificates'),
  tsa: addresses('时间戳服务 / time-stamping authorities'),
  prefer: oneOf(['crl', 'ocsp'], '两者都有时先问谁 / which is asked first'),
  ocspNonce: oneOf(['none', 'send', 'require'], 'OCSP 随机数 / nonce of OCSP'),
  ocspDigest: oneOf(['sha1', 'sha256', 'sm3'], 'CertID 的摘要 / digest of CertID'),
  ocspMethod: oneOf(['post', 'get'], 'RFC 6960 POST 或 RFC 5019 GET / POST of RFC 6960 or GET of RFC 5019'),
  certificateUrls: oneOf(
    ['used', 'ignored'],
    '这里没有列出的种类是否用证书里的地址 / whether addresses in certificates count for kinds without one here',
  ),
};
const optionalFields = Object.fromEntries(
  Object.entries(sourceFields).map(([name, schema]) => [name, Type.Optional(schema)]),
) as { [Name in keyof typeof sourceFields]: ReturnType<typeof Type.Optional<(typeof sourceFields)[Name]>> };

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
    async ({ params }) => findCaSources(ports, params.id),
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
      { headers: IdempotencyHeader, params: byId('ca'), body: closed(optionalFields) },
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
