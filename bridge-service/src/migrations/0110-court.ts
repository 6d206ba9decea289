import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/**
 * Versions of what every node keeps in memory, the nonces of signed requests, requests counted over all nodes, and what platforms are
 * told.
 */
export const court: ServiceMigration = {
  name: '0110-court',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    const integer = sql.raw(dialect.integer);
    for (const name of ['watchlist', 'platforms'])
      await sql`insert into registry_state (name, version) values (${name}, 0)`.execute(database);
    await database.schema
      .createTable('request_nonces')
      .addColumn('nonce_digest', text, (column) => column.primaryKey())
      .addColumn('expires_at', text, (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('quota_windows')
      .addColumn('caller_id', text, (column) => column.notNull())
      .addColumn('window_start', text, (column) => column.notNull())
      .addColumn('taken', integer, (column) => column.notNull())
      .addPrimaryKeyConstraint('quota_windows_key', ['caller_id', 'window_start'])
      .execute();
    await database.schema
      .createTable('platform_webhooks')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('caller_id', text, (column) => column.notNull())
      .addColumn('url', text, (column) => column.notNull())
      .addColumn('events', text, (column) => column.notNull())
      .addColumn('sealed_secret', text, (column) => column.notNull())
      .addColumn('sealed_previous', text)
      .addColumn('previous_until', text)
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('last_success_at', text)
      .addColumn('last_error', text)
      .addColumn('revoked_at', text)
      .execute();
    await database.schema
      .createTable('platform_messages')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('webhook_id', text, (column) => column.notNull())
      .addColumn('at', text, (column) => column.notNull())
      .addColumn('type', text, (column) => column.notNull())
      .addColumn('data', text, (column) => column.notNull())
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('attempts', integer, (column) => column.notNull())
      .addColumn('next_attempt_at', text, (column) => column.notNull())
      .addColumn('last_error', text)
      .addColumn('delivered_at', text)
      .execute();
    await database.schema
      .createIndex('platform_messages_by_state')
      .on('platform_messages')
      .columns(['state', 'next_attempt_at'])
      .execute();
    await database.schema
      .createIndex('platform_messages_by_webhook')
      .on('platform_messages')
      .columns(['webhook_id', 'id'])
      .execute();
  },
};
