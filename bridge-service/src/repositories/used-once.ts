import type { UsedOnceRepository } from '../services/ports/used-once-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export type UsedOnceTable = 'request_nonces' | 'used_tickets';

export function createUsedOnceRepository(database: ServiceDatabase, table: UsedOnceTable): UsedOnceRepository {
  return {
    async use(nonceDigest, expiresAt) {
      const { numInsertedOrUpdatedRows } = await database
        .insertInto(table)
        .values({ nonce_digest: nonceDigest, expires_at: expiresAt })
        .onConflict((conflict) => conflict.column('nonce_digest').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async deleteExpiredBefore(instant) {
      const { numDeletedRows } = await database.deleteFrom(table).where('expires_at', '<', instant).executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
