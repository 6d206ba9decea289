import type { NonceRepository } from '../services/ports/nonce-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createNonceRepository(database: ServiceDatabase): NonceRepository {
  return {
    async use(nonceDigest, expiresAt) {
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('request_nonces')
        .values({ nonce_digest: nonceDigest, expires_at: expiresAt })
        .onConflict((conflict) => conflict.column('nonce_digest').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async deleteExpiredBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('request_nonces')
        .where('expires_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
