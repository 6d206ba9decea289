import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** Where an order was begun, and whether the phone has to bring the check code of the screen. */
export const phoneOrderMatch: ServiceMigration = {
  name: '0151-phone-order-match',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    const integer = sql.raw(dialect.integer);
    for (const name of ['screen_digest', 'asked_from'])
      await database.schema.alterTable('phone_orders').addColumn(name, text).execute();
    for (const name of ['match_needed', 'match_failures'])
      await database.schema
        .alterTable('phone_orders')
        .addColumn(name, integer, (column) => column.notNull().defaultTo(0))
        .execute();
  },
};
