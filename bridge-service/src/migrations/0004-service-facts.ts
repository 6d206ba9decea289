import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** What a database knows of the service that works on it: which keys it is sealed under. */
export const serviceFacts: ServiceMigration = {
  name: '0004-service-facts',
  async up({ schema }, dialect) {
    const text = sql.raw(dialect.text);
    await schema
      .createTable('service_facts')
      .addColumn('name', text, (column) => column.primaryKey())
      .addColumn('value', text, (column) => column.notNull())
      .execute();
  },
};
