import { fromBase64 } from '@onelock/core/bytes';
import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { describeDriverCatalogue } from '../services/describe-driver-catalogue.ts';
import { readNumberCursor } from '../services/page.ts';
import {
  listDriverCatalogues,
  newestDriverCatalogue,
  publishDriverCatalogue,
} from '../services/publish-driver-catalogue.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import { closed, IdempotencyHeader, Instant, nullable, PageQuery, pageOfSchema } from './schemas/common.ts';

const maxBase64 = 8 * 1024 * 1024;

const Published = closed({
  version: Type.Integer(),
  digest: Type.String({ description: '已签名目录的 SHA-256 / SHA-256 of the signed bytes' }),
  publishedAt: Instant,
});

const Words = closed({ 'zh-CN': Type.String(), en: Type.String() });
const Described = closed({
  version: Type.Integer(),
  digest: Type.String(),
  publishedAt: Instant,
  publishedBy: Type.String(),
  issuedAt: nullable(Instant),
  nextUpdate: nullable(Instant),
  signer: nullable(Type.String()),
  drivers: Type.Array(
    closed({
      id: Type.String(),
      version: Type.Integer(),
      family: Type.String(),
      name: Words,
      vendor: Type.String(),
      systems: Type.Array(Type.String()),
    }),
  ),
  recalls: Type.Array(
    closed({
      what: Type.String({ description: '驱动，或库的 SHA-256 / driver, or SHA-256 of a library' }),
      upToVersion: nullable(Type.Integer()),
      reason: Words,
      at: nullable(Instant),
    }),
  ),
});

export function driverCatalogueRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/driver-catalogue',
    {
      schema: {
        operationId: 'getDriverCatalogue',
        tags: ['登记 Registries'],
        summary: '下载驱动目录（已签名）',
        description:
          'The newest driver catalogue as its keeper signed it (CMS SignedData, DER). Agents judge the signature by anchors of their own.\n\n无需凭证 / no credential',
        produces: ['application/pkcs7-mime'],
      },
      config: { access: 'open' },
    },
    async (request, reply) => {
      const { digest, signed } = await newestDriverCatalogue(ports);
      const tag = `"${digest}"`;
      reply.header('etag', tag);
      if (request.headers['if-none-match'] === tag) return reply.code(304).send();
      return reply.type('application/pkcs7-mime').send(Buffer.from(signed));
    },
  );

  app.get(
    '/v1/driver-catalogue/summary',
    describeRoute(
      {
        operationId: 'describeDriverCatalogue',
        tag: '登记 Registries',
        zh: '查询驱动目录的内容',
        en: 'What the newest published catalogue says, for people. Agents read the signed bytes themselves.',
        access: ['platform', 'operator', 'supervisor', 'vendor', 'administrator'],
        answer: [200, Described],
      },
      {},
    ),
    async () => describeDriverCatalogue(ports),
  );

  app.get(
    '/v1/driver-catalogue/versions',
    describeRoute(
      {
        operationId: 'listDriverCatalogues',
        tag: '登记 Registries',
        zh: '历次发布的驱动目录',
        en: 'Every catalogue that was published, newest first: its version and digest, when and by whom.',
        access: ['operator', 'supervisor', 'administrator'],
        answer: [200, pageOfSchema(closed({ ...Published.properties, publishedBy: Type.String() }))],
      },
      { querystring: closed(PageQuery) },
    ),
    async ({ query }) =>
      listDriverCatalogues(ports, { after: readNumberCursor(query.cursor), limit: query.limit ?? 50 }),
  );

  app.put(
    '/v1/driver-catalogue',
    describeRoute(
      {
        operationId: 'publishDriverCatalogue',
        tag: '登记 Registries',
        zh: '发布驱动目录',
        en: 'Publishes a signed driver catalogue; its version must be greater than the last. The same bytes again change nothing.',
        access: ['administrator'],
        answer: [200, Published],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          catalogue: Type.String({
            minLength: 4,
            maxLength: maxBase64,
            contentEncoding: 'base64',
            description: 'CMS SignedData，DER / DER of CMS SignedData',
          }),
          urgent: Type.Optional(
            Type.Boolean({ description: '开标期间也发布，如召回 / during a bid opening too, for a recall' }),
          ),
        }),
      },
    ),
    async (request, reply) => {
      const signed = fromBase64(request.body.catalogue);
      return runWrite(ports, request, reply, (act) => publishDriverCatalogue(ports, act, signed, request.body.urgent));
    },
  );
}
