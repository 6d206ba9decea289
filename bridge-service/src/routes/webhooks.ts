import Type from 'typebox';
import { runWrite } from '../plugins/write.ts';
import { readCursor } from '../services/page.ts';
import { messageStates } from '../services/ports/platform-messages-store.ts';
import {
  listDeliveries,
  listWebhooks,
  registerWebhook,
  resendDelivery,
  revokeWebhook,
  rotateWebhookSecret,
  testSupervisionWebhook,
} from '../services/webhooks/endpoints.ts';
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

const fields = {
  id: recordId('whk'),
  name: Type.String(),
  url: Type.String(),
  previousUntil: nullable(Instant),
  createdAt: Instant,
  createdBy: Type.String(),
  told: Type.Integer({ description: '已确认的最后事件序号 / sequence of the last event that it confirmed' }),
  waiting: Type.Integer({ description: '尚未确认的事件数 / events not confirmed yet' }),
  failures: Type.Integer({ description: '连续失败次数 / failures in a row' }),
  nextAttemptAt: Instant,
  lastSuccessAt: nullable(Instant),
  lastError: nullable(Type.String()),
  revokedAt: nullable(Instant),
};
const WebhookSchema = closed(fields);
const State = oneOf(messageStates, '待投递、已确认、已放弃 / waiting, confirmed, given up');
const DeliverySchema = closed({
  id: recordId('msg'),
  webhookId: recordId('whk'),
  at: Instant,
  type: Type.String(),
  data: Type.Record(Type.String(), Type.String(), {
    description: '事件的编号与序号；事件内容见 /v1/events / id and sequence of the event; its content is at /v1/events',
  }),
  state: State,
  attempts: Type.Integer({ minimum: 0 }),
  nextAttemptAt: Instant,
  lastError: nullable(Type.String()),
  deliveredAt: nullable(Instant),
});
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

  app.post(
    '/v1/webhooks/:id/secret',
    describeRoute(
      {
        operationId: 'rotateWebhookSecret',
        tag,
        zh: '更换 webhook 的签名密钥',
        en: 'Gives a webhook a new secret, shown in this answer alone. The one before signs beside it for 24 hours.',
        access: ['administrator'],
        answer: [201, closed({ ...fields, secret: Type.String({ description: '只出现这一次 / shown once' }) })],
      },
      { params: byId('whk'), headers: IdempotencyHeader },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => rotateWebhookSecret(ports, act, request.params.id));
    },
  );

  app.post(
    '/v1/webhooks/:id/test',
    describeRoute(
      {
        operationId: 'testWebhook',
        tag,
        zh: '投递一条测试消息',
        en: 'Sends a message of the type `webhook.test` beside the events; the list of deliveries says what became of it.',
        access: ['administrator'],
        answer: [201, DeliverySchema],
      },
      { params: byId('whk'), headers: IdempotencyHeader },
    ),
    async (request, reply) => {
      reply.code(201);
      return runWrite(ports, request, reply, (act) => testSupervisionWebhook(ports, act, request.params.id));
    },
  );

  app.get(
    '/v1/webhooks/:id/deliveries',
    describeRoute(
      {
        operationId: 'listWebhookDeliveries',
        tag,
        zh: '投递记录',
        en: 'What a webhook has confirmed, and what was sent to it by hand, newest first. Events that it has not confirmed yet are `waiting` of the webhook.',
        access: ['supervisor', 'administrator'],
        answer: [200, pageOfSchema(DeliverySchema)],
      },
      { params: byId('whk'), querystring: closed({ ...PageQuery, state: Type.Optional(State) }) },
    ),
    async (request) => {
      const { cursor, limit = 50, state } = request.query;
      return listDeliveries(ports, request.params.id, { after: readCursor(cursor), limit }, state);
    },
  );

  app.post(
    '/v1/webhooks/:id/deliveries/:message/resend',
    describeRoute(
      {
        operationId: 'resendWebhookDelivery',
        tag,
        zh: '再投递一次',
        en: 'Tells a webhook once more what it was told, under the same `onelock-event-id`, beside the events that are due.',
        access: ['administrator'],
        answer: [201, DeliverySchema],
      },
      { headers: IdempotencyHeader, params: closed({ id: recordId('whk'), message: recordId('msg') }) },
    ),
    async (request, reply) => {
      reply.code(201);
      const { id, message } = request.params;
      return runWrite(ports, request, reply, (act) => resendDelivery(ports, act, id, message));
    },
  );
}
