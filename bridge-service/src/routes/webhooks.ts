import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { readCursor } from '../services/page.ts';
import { listWebhooks, registerWebhook, revokeWebhook } from '../services/webhooks/endpoints.ts';
import type { App, RouteContext } from './context.ts';
import { describeRoute } from './describe-route.ts';
import {
  byId,
  closed,
  IdempotencyHeader,
  Instant,
  Name,
  nullable,
  PageQuery,
  pageOfSchema,
  recordId,
  Text,
} from './schemas/common.ts';

const fields = {
  id: recordId('whk'),
  name: Type.String(),
  url: Type.String(),
  createdAt: Instant,
  createdBy: Type.String(),
  told: Type.Integer({ description: '已确认的最后事件序号 / sequence of the last event that it confirmed' }),
  failures: Type.Integer({ description: '连续失败次数 / failures in a row' }),
  nextAttemptAt: Instant,
  lastSuccessAt: nullable(Instant),
  lastError: nullable(Type.String()),
  revokedAt: nullable(Instant),
};
const WebhookSchema = closed(fields);
const tag = '监管 Supervision';

export function webhookRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/v1/webhooks',
    describeRoute(
      {
        operationId: 'registerWebhook',
        tag,
        zh: '登记监管事件的 webhook',
        en: 'Registers an address that is told of each event from now on, signed by HMAC under the secret of this answer. It confirms by 200; until then the event is told again.',
        access: ['administrator'],
        answer: [
          201,
          closed({ ...fields, secret: Type.String({ description: '签名密钥，只出现这一次 / shown once' }) }),
        ],
      },
      { headers: IdempotencyHeader, body: closed({ name: Name, url: Text(500, 'https 地址 / https address') }) },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => registerWebhook(ports, act, request.body));
    },
  );

  app.get(
    '/v1/webhooks',
    describeRoute(
      {
        operationId: 'listWebhooks',
        tag,
        zh: '列出 webhook 与投递状态',
        en: 'Webhooks, and how far each has been told.',
        access: ['supervisor', 'administrator'],
        answer: [200, pageOfSchema(WebhookSchema)],
      },
      { querystring: closed(PageQuery) },
    ),
    async ({ query }) => listWebhooks(ports, { after: readCursor(query.cursor), limit: query.limit ?? 50 }),
  );

  app.delete(
    '/v1/webhooks/:id',
    describeRoute(
      {
        operationId: 'revokeWebhook',
        tag,
        zh: '撤销 webhook',
        en: 'Ends a webhook: nothing is told to it any more.',
        access: ['administrator'],
        answer: [200, WebhookSchema],
      },
      { params: byId('whk'), headers: IdempotencyHeader },
    ),
    async (request, reply) => runWrite(ports, request, reply, (act) => revokeWebhook(ports, act, request.params.id)),
  );
}
