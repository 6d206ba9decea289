import type { Selectable } from 'kysely';
import type { Webhook, WebhookRepository } from '../services/ports/webhook-store.ts';
import { hasCome } from './engine/has-come.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

export function createWebhookRepository(database: ServiceDatabase): WebhookRepository {
  return {
    async add(webhook) {
      await database
        .insertInto('webhooks')
        .values({
          ...{ id: webhook.id, name: webhook.name, url: webhook.url, sealed_secret: webhook.sealedSecret },
          ...{ sealed_previous: webhook.sealedPrevious, previous_until: webhook.previousUntil },
          ...{ created_at: webhook.createdAt, created_by: webhook.createdBy, told: webhook.told },
          ...{ failures: webhook.failures, next_attempt_at: webhook.nextAttemptAt },
          ...{ last_success_at: webhook.lastSuccessAt, last_error: webhook.lastError, revoked_at: webhook.revokedAt },
        })
        .execute();
    },
    async byId(id) {
      const row = await database.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toWebhook(row);
    },
    async list({ after, limit }) {
      let query = database.selectFrom('webhooks').selectAll().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      return (await query.execute()).map(toWebhook);
    },
    async setSecrets({ id, sealedSecret, sealedPrevious, previousUntil }) {
      await database
        .updateTable('webhooks')
        .set({ sealed_secret: sealedSecret, sealed_previous: sealedPrevious, previous_until: previousUntil })
        .where('id', '=', id)
        .execute();
    },
    async revoke(id, at) {
      const { numUpdatedRows } = await database
        .updateTable('webhooks')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async due(now, last) {
      const rows = await database
        .selectFrom('webhooks')
        .selectAll()
        .where('revoked_at', 'is', null)
        .where('told', '<', last)
        .where(hasCome('next_attempt_at', now))
        .orderBy('id')
        .execute();
      return rows.map(toWebhook);
    },
    async claim(id, now, until) {
      const { numUpdatedRows } = await database
        .updateTable('webhooks')
        .set({ next_attempt_at: until })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .where(hasCome('next_attempt_at', now))
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async confirm(id, told, at) {
      await database
        .updateTable('webhooks')
        .set({ told, failures: 0, last_error: null, last_success_at: at, next_attempt_at: at })
        .where('id', '=', id)
        // A node that slept while another took over is behind it.
        .where('told', '<', told)
        .execute();
    },
    async fail(id, code, nextAttemptAt) {
      await database
        .updateTable('webhooks')
        .set((builder) => ({
          failures: builder('failures', '+', 1),
          last_error: code,
          next_attempt_at: nextAttemptAt,
        }))
        .where('id', '=', id)
        .execute();
    },
  };
}

function toWebhook(row: Selectable<Tables['webhooks']>): Webhook {
  return {
    ...{ id: row.id, name: row.name, url: row.url, sealedSecret: row.sealed_secret, createdAt: row.created_at },
    ...{ createdBy: row.created_by, told: Number(row.told), failures: Number(row.failures) },
    ...{ nextAttemptAt: row.next_attempt_at, lastSuccessAt: row.last_success_at, lastError: row.last_error },
    ...{ sealedPrevious: row.sealed_previous, previousUntil: row.previous_until, revokedAt: row.revoked_at },
  };
}
