import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

export const driverCatalogue: ServiceMigration = {
  name: '0080-driver-catalogue',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    await database.schema
      .createTable('driver_catalogues')
      .addColumn('version', sql.raw(dialect.integer), (column) => column.primaryKey())
      .addColumn('digest', text, (column) => column.notNull())
      .addColumn('signed', sql.raw(dialect.bytes), (column) => column.notNull())
      .addColumn('published_at', text, (column) => column.notNull())
      .addColumn('published_by', text, (column) => column.notNull().references('callers.id'))
      .execute();
  },
};
