import type { Selectable } from 'kysely';
import {
  type MessageState,
  messageStates,
  type PlatformMessage,
  type PlatformMessageRepository,
  type PlatformWebhook,
} from '../services/ports/platform-messages-store.ts';
import { hasCome } from './engine/has-come.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

export function createPlatformMessageRepository(database: ServiceDatabase): PlatformMessageRepository {
  return {
    async addWebhook(webhook) {
      await database.insertInto('platform_webhooks').values(webhookRow(webhook)).execute();
    },
    async updateWebhook(webhook) {
      const { id, ...row } = webhookRow(webhook);
      await database.updateTable('platform_webhooks').set(row).where('id', '=', id).execute();
    },
    async webhook(id) {
      const row = await database.selectFrom('platform_webhooks').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toWebhook(row);
    },
    async webhooks(callerId) {
      let query = database.selectFrom('platform_webhooks').selectAll().where('revoked_at', 'is', null).orderBy('id');
      if (callerId !== undefined) query = query.where('caller_id', '=', callerId);
      return (await query.execute()).map(toWebhook);
    },
    async add(message) {
      await database.insertInto('platform_messages').values(messageRow(message)).execute();
    },
    async update(message) {
      const { id, ...row } = messageRow(message);
      await database.updateTable('platform_messages').set(row).where('id', '=', id).execute();
    },
    async byId(id) {
      const row = await database.selectFrom('platform_messages').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toMessage(row);
    },
    async list(webhookIds, { after, limit }, state) {
      if (webhookIds.length === 0) return [];
      let query = database
        .selectFrom('platform_messages')
        .selectAll()
        .where('webhook_id', 'in', webhookIds)
        .orderBy('id', 'desc')
        .limit(limit);
      if (after !== null) query = query.where('id', '<', after);
      if (state !== undefined) query = query.where('state', '=', state);
      return (await query.execute()).map(toMessage);
    },
    async webhooksDue(now) {
      const rows = await database
        .selectFrom('platform_messages')
        .select('webhook_id')
        .distinct()
        .where('state', '=', 'pending')
        .where(hasCome('next_attempt_at', now))
        .execute();
      return rows.map(({ webhook_id }) => webhook_id);
    },
    async due(webhookId, now, limit) {
      const rows = await database
        .selectFrom('platform_messages')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .where('state', '=', 'pending')
        .where(hasCome('next_attempt_at', now))
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toMessage);
    },
    async claim(id, now, until) {
      const { numUpdatedRows } = await database
        .updateTable('platform_messages')
        .set({ next_attempt_at: until })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .where(hasCome('next_attempt_at', now))
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async deleteBefore(delivered, dead) {
      const { numDeletedRows } = await database
        .deleteFrom('platform_messages')
        .where((builder) =>
          builder.or([
            builder('state', '=', 'delivered').and('at', '<', delivered),
            builder('state', '=', 'dead').and('at', '<', dead),
          ]),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

const webhookRow = (webhook: PlatformWebhook): Selectable<Tables['platform_webhooks']> => ({
  ...{ id: webhook.id, caller_id: webhook.callerId, url: webhook.url, events: JSON.stringify(webhook.events) },
  ...{ sealed_secret: webhook.sealedSecret, sealed_previous: webhook.sealedPrevious },
  ...{ previous_until: webhook.previousUntil, created_at: webhook.createdAt },
  ...{ last_success_at: webhook.lastSuccessAt, last_error: webhook.lastError, revoked_at: webhook.revokedAt },
});

const toWebhook = (row: Selectable<Tables['platform_webhooks']>): PlatformWebhook => ({
  ...{ id: row.id, callerId: row.caller_id, url: row.url, events: JSON.parse(row.events) as readonly string[] },
  ...{ sealedSecret: row.sealed_secret, sealedPrevious: row.sealed_previous, previousUntil: row.previous_until },
  ...{ createdAt: row.created_at, lastSuccessAt: row.last_success_at, lastError: row.last_error },
  revokedAt: row.revoked_at,
});

const messageRow = (message: PlatformMessage): Selectable<Tables['platform_messages']> => ({
  ...{ id: message.id, webhook_id: message.webhookId, at: message.at, type: message.type, data: message.data },
  ...{ state: message.state, attempts: message.attempts, next_attempt_at: message.nextAttemptAt },
  ...{ last_error: message.lastError, delivered_at: message.deliveredAt },
});

function toMessage(row: Selectable<Tables['platform_messages']>): PlatformMessage {
  const state = messageStates.find((known): known is MessageState => known === row.state);
  if (state === undefined) throw new Error(`message ${row.id} has the unknown state ${row.state}`);
  return {
    ...{ id: row.id, webhookId: row.webhook_id, at: row.at, type: row.type, data: row.data, state },
    ...{ attempts: Number(row.attempts), nextAttemptAt: row.next_attempt_at, lastError: row.last_error },
    deliveredAt: row.delivered_at,
  };
}
