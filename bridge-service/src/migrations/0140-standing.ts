import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** The few records that are not in use are found without reading the many that are. */
export const standing: ServiceMigration = {
  name: '0140-standing',
  async up(database) {
    await sql`create index certificates_inactive on certificates (state) where state <> 'active'`.execute(database);
    await sql`create index companies_inactive on companies (state) where state <> 'active'`.execute(database);
  },
};
