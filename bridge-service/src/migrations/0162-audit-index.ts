import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/**
 * By what an entry of the audit log was about, and by whom (docs/adr/0038): a job writes it, segment after segment in order of its key, so that it only
 * grows at its end. An index of the log itself would be written to at a random place with each judgement.
 */
export const auditIndex: ServiceMigration = {
  name: '0162-audit-index',
  async up(database, dialect) {
    const integer = sql.raw(dialect.integer);
    const table = database.schema
      .createTable('audit_index')
      .addColumn('segment', integer, (column) => column.notNull())
      .addColumn('hash', integer, (column) => column.notNull())
      .addColumn('sequence', integer, (column) => column.notNull())
      .addPrimaryKeyConstraint('audit_index_key', ['segment', 'hash', 'sequence']);
    await (dialect.engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table).execute();
  },
};
