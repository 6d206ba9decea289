import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** Who is told of supervision's events by HTTP, and how far each one has been told. */
export const webhooks: ServiceMigration = {
  name: '0050-webhooks',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    const integer = sql.raw(dialect.integer);
    await database.schema
      .createTable('webhooks')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('url', text, (column) => column.notNull())
      .addColumn('sealed_secret', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('created_by', text, (column) => column.notNull())
      .addColumn('told', integer, (column) => column.notNull())
      .addColumn('failures', integer, (column) => column.notNull())
      .addColumn('next_attempt_at', text, (column) => column.notNull())
      .addColumn('last_success_at', text)
      .addColumn('last_error', text)
      .addColumn('revoked_at', text)
      .execute();
  },
};
