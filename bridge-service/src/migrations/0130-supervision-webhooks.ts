import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** The secret before the last rotation of a webhook of supervision, which signs beside the new one for a while. */
export const supervisionWebhooks: ServiceMigration = {
  name: '0130-supervision-webhooks',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    await database.schema.alterTable('webhooks').addColumn('sealed_previous', text).execute();
    await database.schema.alterTable('webhooks').addColumn('previous_until', text).execute();
  },
};
