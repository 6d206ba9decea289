import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** Request tickets that were used: none of them counts again, whatever is started anew. */
export const tickets: ServiceMigration = {
  name: '0060-tickets',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    await database.schema
      .createTable('used_tickets')
      .addColumn('nonce_digest', text, (column) => column.primaryKey())
      .addColumn('expires_at', text, (column) => column.notNull())
      .execute();
  },
};
