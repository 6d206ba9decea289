import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** Who may use the console by which certificate or as which person, and the sessions of its pages. */
export const consoleTables: ServiceMigration = {
  name: '0070-console',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    await database.schema
      .createTable('console_keys')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('caller_id', text, (column) => column.notNull().references('callers.id'))
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('value', text, (column) => column.notNull())
      .addColumn('shown', text, (column) => column.notNull())
      .addColumn('bound_at', text, (column) => column.notNull())
      .addColumn('bound_by', text, (column) => column.notNull())
      .addColumn('ended_at', text)
      .execute();
    await database.schema
      .createIndex('console_keys_by_value')
      .on('console_keys')
      .columns(['value', 'kind'] as never[])
      .execute();
    await database.schema.createIndex('console_keys_by_caller').on('console_keys').column('caller_id').execute();
    await database.schema
      .createTable('console_sessions')
      .addColumn('digest', text, (column) => column.primaryKey())
      .addColumn('caller_id', text, (column) => column.notNull().references('callers.id'))
      .addColumn('key_id', text)
      .addColumn('certificate_digest', text)
      .addColumn('login_id', text)
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('seen_at', text, (column) => column.notNull())
      .addColumn('expires_at', text, (column) => column.notNull())
      .execute();
    await database.schema
      .createIndex('console_sessions_by_expiry')
      .on('console_sessions')
      .column('expires_at')
      .execute();
  },
};
