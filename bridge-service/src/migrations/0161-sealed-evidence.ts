import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/**
 * Kept evidence is sealed (docs/adr/0039); the column names the key, and is empty for what an earlier version kept in clear, which a job seals. What is
 * in clear is found without reading the rest.
 */
export const sealedEvidence: ServiceMigration = {
  name: '0161-sealed-evidence',
  async up(database, dialect) {
    await database.schema
      .alterTable('evidence_items')
      .addColumn('sealed_by', sql.raw(dialect.text), (column) => column.notNull().defaultTo(''))
      .execute();
    await sql`create index evidence_items_in_clear on evidence_items (digest) where sealed_by = ''`.execute(database);
  },
};
