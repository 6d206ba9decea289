import { sql } from 'kysely';
import { rareActsOnly } from '../repositories/engine/rare-acts.ts';
import type { ServiceMigration } from './migration.ts';

/** Acts that are few are found without reading the log. */
export const rareActsIndex: ServiceMigration = {
  name: '0072-rare-acts',
  async up(database) {
    await sql`create index audit_log_rare_acts on audit_log (action, sequence) where action ${sql.raw(rareActsOnly)}`.execute(
      database,
    );
  },
};
