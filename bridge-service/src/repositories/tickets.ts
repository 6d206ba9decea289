import type { TicketRepository } from '../services/ports/ticket-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createTicketRepository(database: ServiceDatabase): TicketRepository {
  return {
    async use(nonceDigest, expiresAt) {
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('used_tickets')
        .values({ nonce_digest: nonceDigest, expires_at: expiresAt })
        .onConflict((conflict) => conflict.column('nonce_digest').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async deleteExpiredBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('used_tickets')
        .where('expires_at', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
