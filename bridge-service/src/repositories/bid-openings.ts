import type { Selectable } from 'kysely';
import type { BidOpening } from '../services/ports/change-records.ts';
import type { BidOpeningRepository } from '../services/ports/registry-store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

export function createBidOpeningRepository(database: ServiceDatabase): BidOpeningRepository {
  const planned = () => database.selectFrom('bid_openings').selectAll().where('cancelled_at', 'is', null);
  return {
    async add(opening) {
      await database
        .insertInto('bid_openings')
        .values({
          id: opening.id,
          platform_id: opening.platformId,
          title: opening.title,
          starts_at: opening.startsAt,
          ends_at: opening.endsAt,
          created_by: opening.createdBy,
          created_at: opening.createdAt,
          cancelled_at: opening.cancelledAt,
        })
        .execute();
    },
    async cancel(id, at) {
      const { numUpdatedRows } = await database
        .updateTable('bid_openings')
        .set({ cancelled_at: at })
        .where('id', '=', id)
        .where('cancelled_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async byId(id) {
      const row = await database.selectFrom('bid_openings').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toOpening(row);
    },
    async upcoming(from, limit) {
      const rows = await planned().where('ends_at', '>=', from).orderBy('starts_at').limit(limit).execute();
      return rows.map(toOpening);
    },
    async on(from, until) {
      const row = await planned()
        .where('starts_at', '<=', until)
        .where('ends_at', '>=', from)
        .orderBy('ends_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toOpening(row);
    },
  };
}

function toOpening(row: Selectable<Tables['bid_openings']>): BidOpening {
  return {
    id: row.id,
    platformId: row.platform_id,
    title: row.title,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
    cancelledAt: row.cancelled_at,
  };
}
