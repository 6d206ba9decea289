import type { QuotaRepository } from '../services/ports/quota-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createQuotaRepository(database: ServiceDatabase): QuotaRepository {
  return {
    async take(callerId, windowStart, { want, giveBack, limit }) {
      // Writers take turns, so what is read here is true until the commit.
      const row = await database
        .selectFrom('quota_windows')
        .select('taken')
        .where('caller_id', '=', callerId)
        .where('window_start', '=', windowStart)
        .executeTakeFirst();
      const before = Math.max(0, Number(row?.taken ?? 0) - giveBack);
      const granted = Math.max(0, Math.min(want, limit - before));
      const taken = before + granted;
      await database
        .insertInto('quota_windows')
        .values({ caller_id: callerId, window_start: windowStart, taken })
        .onConflict((conflict) => conflict.columns(['caller_id', 'window_start']).doUpdateSet({ taken }))
        .execute();
      return { granted, taken };
    },
    async deleteBefore(windowStart) {
      const { numDeletedRows } = await database
        .deleteFrom('quota_windows')
        .where('window_start', '<', windowStart)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
