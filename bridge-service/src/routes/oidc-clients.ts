import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { listClients, registerClient, revokeClient } from '../services/oidc/clients.ts';
import { readCursor } from '../services/page.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  closed,
  IdempotencyHeader,
  Instant,
  Name,
  nullable,
  oneOf,
  PageQuery,
  pageOfSchema,
  recordId,
  Text,
} from './schemas/common.ts';

const Address = Text(500, '在平台已登记来源下的地址 / an address at an origin of the platform');
const Kind = oneOf(
  ['confidential', 'public'],
  '能否保管密钥：服务器端为 confidential，单页或本机程序为 public / whether it can keep a secret',
);

const fields = {
  id: recordId('oic'),
  platformId: recordId('clr'),
  name: Type.String(),
  kind: Kind,
  redirectUris: Type.Array(Type.String()),
  postLogoutRedirectUris: Type.Array(Type.String()),
  backchannelLogoutUri: nullable(Type.String()),
  createdAt: Instant,
  createdBy: Type.String(),
  revokedAt: nullable(Instant),
};
const ClientSchema = closed(fields);

const tag = '登录 Logins';

export function oidcClientRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/oidc-clients',
    describeRoute(
      {
        operationId: 'registerOidcClient',
        tag,
        zh: '登记 OpenID Connect 客户端',
        en: 'Registers a client of a platform for OpenID Connect at /oidc. The secret is in this answer and nowhere else; `client_id` is `id`.',
        access: ['administrator'],
        answer: [
          201,
          closed({ ...fields, secret: nullable(Type.String({ description: '客户端密钥 / client secret' })) }),
        ],
      },
      {
        headers: IdempotencyHeader,
        body: closed({
          platformId: recordId('clr'),
          name: Name,
          kind: Kind,
          redirectUris: Type.Array(Address, { minItems: 1, maxItems: 20 }),
          postLogoutRedirectUris: Type.Optional(Type.Array(Address, { maxItems: 20 })),
          backchannelLogoutUri: Type.Optional(Address),
        }),
      },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => registerClient(ports, act, request.body));
    },
  );

  app.get(
    '/v1/oidc-clients',
    describeRoute(
      {
        operationId: 'listOidcClients',
        tag,
        zh: '列出 OpenID Connect 客户端',
        en: 'Clients, oldest first, revoked ones included.',
        access: ['operator', 'supervisor', 'administrator'],
        answer: [200, pageOfSchema(ClientSchema)],
      },
      { querystring: closed(PageQuery) },
    ),
    async ({ query }) => listClients(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }),
  );

  app.delete(
    '/v1/oidc-clients/:id',
    describeRoute(
      {
        operationId: 'revokeOidcClient',
        tag,
        zh: '撤销 OpenID Connect 客户端',
        en: 'Revokes a client: no login begins through it from now on.',
        access: ['administrator'],
        answer: [200, ClientSchema],
      },
      { params: byId('oic'), headers: IdempotencyHeader },
    ),
    async (request, reply) => runWrite(ports, request, reply, (act) => revokeClient(ports, act, request.params.id)),
  );
}
