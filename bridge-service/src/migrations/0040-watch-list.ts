import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** The watch-list, and what supervision is told, in the order in which it happened. */
export const watchList: ServiceMigration = {
  name: '0040-watch-list',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    const required = ['kind', 'value_digest', 'sealed', 'shown', 'action', 'reason', 'evidence', 'state'];
    const proposal = ['proposed_by', 'proposed_at', 'expires_at', 'updated_at'];
    const later = ['decided_by', 'decided_at', 'ended_by', 'ended_at', 'end_reason', 'cleared_until'];
    let entries = database.schema.createTable('watch_entries').addColumn('id', text, (column) => column.primaryKey());
    for (const name of [...required, ...proposal])
      entries = entries.addColumn(name, text, (column) => column.notNull());
    for (const name of later) entries = entries.addColumn(name, text);
    await entries.execute();
    await database.schema
      .createIndex('watch_entries_by_value')
      .on('watch_entries')
      .columns(['value_digest', 'state'])
      .execute();
    await database.schema
      .createTable('supervision_events')
      .addColumn('sequence', sql.raw(dialect.integer), (column) => column.primaryKey())
      .addColumn('id', text, (column) => column.notNull().unique())
      .addColumn('at', text, (column) => column.notNull())
      .addColumn('type', text, (column) => column.notNull())
      .addColumn('data', text, (column) => column.notNull())
      .execute();
  },
};
