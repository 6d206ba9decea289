import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** Phones that hold a key, and what screens ask of them. */
export const phones: ServiceMigration = {
  name: '0120-phones',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    const integer = sql.raw(dialect.integer);
    let table = database.schema.createTable('phones').addColumn('id', text, (column) => column.primaryKey());
    for (const name of ['secret_digest', 'public_key_digest', 'pin_digest', 'share', 'created_at'])
      table = table.addColumn(name, text, (column) => column.notNull());
    for (const name of ['locked_at', 'used_at']) table = table.addColumn(name, text);
    await table.addColumn('failures', integer, (column) => column.notNull()).execute();

    const required = ['kind', 'state', 'owner_digest', 'platform_id', 'client_id', 'client_name', 'site', 'origin'];
    const more = ['token_digest', 'code_digest', 'secrets', 'check_code', 'created_at', 'expires_at'];
    const optional = ['phone_id', 'contested_at', 'unlocked_at', 'challenge', 'result', 'reason'];
    let orders = database.schema.createTable('phone_orders').addColumn('id', text, (column) => column.primaryKey());
    for (const name of [...required, ...more]) orders = orders.addColumn(name, text, (column) => column.notNull());
    for (const name of optional) orders = orders.addColumn(name, text);
    await orders.addColumn('version', integer, (column) => column.notNull()).execute();
    for (const column of ['token_digest', 'code_digest'])
      await database.schema
        .createIndex(`phone_orders_by_${column}`)
        .on('phone_orders')
        .column(column)
        .unique()
        .execute();
    for (const column of ['owner_digest', 'expires_at'])
      await database.schema.createIndex(`phone_orders_by_${column}`).on('phone_orders').column(column).execute();
  },
};
