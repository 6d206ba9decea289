import { CodedError } from '@onelock/core/errors';
import Type from 'typebox';
import { type CallerRequest, callerOf } from '../plugins/authentication.ts';
import { runWrite } from '../plugins/write.ts';
import { readCursor } from '../services/page.ts';
import { messageStates } from '../services/ports/platform-messages-store.ts';
import {
  listMessages,
  listPlatformWebhooks,
  resendMessage,
  rotateSecret,
  testWebhook,
} from '../services/webhooks/platform-webhooks.ts';
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
} from './schemas/common.ts';

const tag = '登记 Registries';
const readers = ['platform', 'operator', 'supervisor', 'administrator'] as const;
const writers = ['platform', 'operator', 'administrator'] as const;

const webhook = {
  id: recordId('pwh'),
  callerId: recordId('clr'),
  url: Type.String(),
  events: Type.Array(Type.String(), { description: '空表示全部 / all when empty' }),
  previousUntil: nullable(Instant),
  createdAt: Instant,
  lastSuccessAt: nullable(Instant),
  lastError: nullable(Type.String()),
};
const State = oneOf(messageStates, '待投递、已确认、已放弃 / waiting, confirmed, given up');
const MessageSchema = closed({
  id: recordId('msg'),
  webhookId: recordId('pwh'),
  at: Instant,
  type: Type.String(),
  data: Type.Record(Type.String(), Type.String()),
  state: State,
  attempts: Type.Integer({ minimum: 0 }),
  nextAttemptAt: Instant,
  lastError: nullable(Type.String()),
  deliveredAt: nullable(Instant),
});

/** A platform has to do with its own alone; whether another is there is none of its business. */
function ownPlatform(request: CallerRequest, id: string): string {
  const caller = callerOf(request);
  if (caller.role === 'platform' && caller.id !== id) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return id;
}

/** What platforms are told by HTTP: the addresses stand in their profiles. */
export function platformWebhookRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/v1/platforms/:id/webhooks',
    describeRoute(
      {
        operationId: 'listPlatformWebhooks',
        tag,
        zh: '平台的 webhook 与投递状态',
        en: 'Webhooks of a platform, from its profile, and how they fare.',
        access: readers,
        answer: [200, closed({ items: Type.Array(closed(webhook)) })],
      },
      { params: byId('clr') },
    ),
    async (request) => ({ items: await listPlatformWebhooks(ports, ownPlatform(request, request.params.id)) }),
  );

  app.post(
    '/v1/platforms/:id/webhooks/:webhook/secret',
    describeRoute(
      {
        operationId: 'rotatePlatformWebhookSecret',
        tag,
        zh: '取得或更换 webhook 的签名密钥',
        en: 'Gives a webhook a new secret, shown in this answer alone. The one before signs beside it for 24 hours.',
        access: writers,
        answer: [201, closed({ ...webhook, secret: Type.String({ description: '只出现这一次 / shown once' }) })],
      },
      { headers: IdempotencyHeader, params: closed({ id: recordId('clr'), webhook: recordId('pwh') }) },
    ),
    async (request, reply) => {
      reply.code(201);
      const id = ownPlatform(request, request.params.id);
      return runWrite(ports, request, reply, (act) => rotateSecret(ports, act, id, request.params.webhook));
    },
  );

  app.post(
    '/v1/platforms/:id/webhooks/:webhook/test',
    describeRoute(
      {
        operationId: 'testPlatformWebhook',
        tag,
        zh: '投递一条测试消息',
        en: 'Sends a message of the type `webhook.test`; the list of messages says what became of it.',
        access: writers,
        answer: [201, MessageSchema],
      },
      { headers: IdempotencyHeader, params: closed({ id: recordId('clr'), webhook: recordId('pwh') }) },
    ),
    async (request, reply) => {
      reply.code(201);
      const id = ownPlatform(request, request.params.id);
      return runWrite(ports, request, reply, (act) => testWebhook(ports, act, id, request.params.webhook));
    },
  );

  app.get(
    '/v1/platforms/:id/webhook-messages',
    describeRoute(
      {
        operationId: 'listPlatformMessages',
        tag,
        zh: '投递记录；state=dead 为已放弃的',
        en: 'Messages for the webhooks of a platform, newest first; `state=dead` are those given up.',
        access: readers,
        answer: [200, pageOfSchema(MessageSchema)],
      },
      { params: byId('clr'), querystring: closed({ ...PageQuery, state: Type.Optional(State) }) },
    ),
    async (request) => {
      const { cursor, limit = 50, state } = request.query;
      return listMessages(ports, ownPlatform(request, request.params.id), { after: readCursor(cursor), limit }, state);
    },
  );

  app.post(
    '/v1/platforms/:id/webhook-messages/:message/resend',
    describeRoute(
      {
        operationId: 'resendPlatformMessage',
        tag,
        zh: '重投一条已放弃的消息',
        en: 'Tries a message again that was given up.',
        access: writers,
        answer: [200, MessageSchema],
      },
      { headers: IdempotencyHeader, params: closed({ id: recordId('clr'), message: recordId('msg') }) },
    ),
    async (request, reply) => {
      const id = ownPlatform(request, request.params.id);
      return runWrite(ports, request, reply, (act) => resendMessage(ports, act, id, request.params.message));
    },
  );
}
