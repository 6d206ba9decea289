import type { IdempotencyRepository } from '../services/ports/store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createIdempotencyRepository(database: ServiceDatabase): IdempotencyRepository {
  return {
    async find(callerId, keyDigest) {
      const row = await database
        .selectFrom('idempotent_answers')
        .selectAll()
        .where('caller_id', '=', callerId)
        .where('key_digest', '=', keyDigest)
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        callerId: row.caller_id,
        keyDigest: row.key_digest,
        requestDigest: row.request_digest,
        answer: row.answer,
        createdAt: row.created_at,
      };
    },
    async add(answer) {
      await database
        .insertInto('idempotent_answers')
        .values({
          caller_id: answer.callerId,
          key_digest: answer.keyDigest,
          request_digest: answer.requestDigest,
          answer: answer.answer,
          created_at: answer.createdAt,
        })
        .execute();
    },
    async deleteBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('idempotent_answers')
        .where('created_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
