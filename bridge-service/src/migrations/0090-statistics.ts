import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/**
 * What was counted of the audit log and how far, which platforms a certificate was used at, the nodes at work, refusals by the id of
 * their request, and who has taken note of which alert.
 */
export const statistics: ServiceMigration = {
  name: '0090-statistics',
  async up(database, dialect) {
    const text = sql.raw(dialect.text);
    const integer = sql.raw(dialect.integer);
    const add = async (name: string, texts: readonly string[], integers: readonly string[], key: readonly string[]) => {
      let table = database.schema.createTable(name);
      for (const column of texts) table = table.addColumn(column, text, (built) => built.notNull());
      for (const column of integers) table = table.addColumn(column, integer, (built) => built.notNull());
      await table.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[]).execute();
    };
    const dimensions = ['hour', 'action', 'platform', 'ca', 'driver', 'outcome', 'reason'];
    await add('statistics_counts', dimensions, ['count'], dimensions);
    await add(
      'statistics_waits',
      ['hour', 'platform', 'ca'],
      ['seconds', 'count'],
      [...['hour', 'platform', 'ca', 'seconds']],
    );
    await add(
      'statistics_visits',
      ['certificate_digest', 'platform', 'last_at'],
      ['logins'],
      [...['certificate_digest', 'platform']],
    );
    await add(
      'statistics_devices',
      ['device_digest', 'certificate_digest', 'driver', 'last_at'],
      ['logins'],
      [...['device_digest', 'certificate_digest']],
    );
    await add('statistics_progress', ['name'], ['sequence'], ['name']);
    await add('nodes', ['id', 'host', 'started_at', 'seen_at', 'state'], [], ['id']);
    await add(
      'refusals',
      ['request_id', 'at', 'caller', 'method', 'route', 'code', 'params'],
      ['status'],
      ['request_id'],
    );
    await add('event_acknowledgements', ['at', 'actor', 'note'], ['sequence'], ['sequence']);
    for (const [table, ...columns] of indexes)
      await database.schema
        .createIndex(`${table}_by_${columns.join('_')}`)
        .on(table)
        .columns([...columns])
        .execute();
    await database.insertInto('statistics_progress').values({ name: 'audit', sequence: 0 }).execute();
  },
};

const indexes: readonly (readonly [table: string, ...columns: string[]])[] = [
  ['statistics_visits', 'platform'],
  ['statistics_devices', 'certificate_digest'],
  ['refusals', 'at'],
  ['certificates', 'serial_number'],
];
