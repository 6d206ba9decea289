import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** Why a record was changed, in the words of whoever changed it. */
export const historyReason: ServiceMigration = {
  name: '0071-history-reason',
  async up(database, { text }) {
    await database.schema.alterTable('record_history').addColumn('reason', sql.raw(text)).execute();
  },
};
