import { type Kysely, sql } from 'kysely';
import type { DialectSql, ServiceMigration } from './migration.ts';

/** Companies, certificates, seals, what CAs and platforms say of themselves, what every record was, change sets, the calendar. */
export const registries: ServiceMigration = {
  name: '0003-registries',
  async up(database, dialect) {
    const add = tableMaker(database, dialect);
    await add('companies', {
      ...{ id: 'key', credit_code: 'text unique', name: 'text', state: 'text', legal_person: 'text?', agents: 'text' },
      ...{ created_at: 'text', updated_at: 'text', version: 'integer' },
    });
    await add('company_names', { company_id: 'text', name: 'text', since: 'text', until: 'text?' }, [
      'company_id',
      'since',
    ]);
    await add('certificates', {
      ...{ id: 'key', digest: 'text unique', issuer_key: 'text', serial_number: 'text', company_id: 'text?' },
      ...{ subject: 'text', issuer: 'text', not_before: 'text', not_after: 'text', key_digest: 'text', usage: 'text' },
      ...{ medium: 'text?', state: 'text', proven_at: 'text?', proof: 'text?', source: 'text', der: 'bytes' },
      ...{ created_at: 'text', updated_at: 'text', version: 'integer' },
    });
    await add('seals', {
      ...{
        id: 'key',
        code: 'text unique',
        company_id: 'text',
        name: 'text',
        kind: 'text',
        maker: 'text?',
        state: 'text',
      },
      ...{ data: 'bytes?', data_digest: 'text?', certificates: 'text', valid_from: 'text?', valid_until: 'text?' },
      ...{ created_at: 'text', updated_at: 'text', version: 'integer' },
    });
    await add(
      'record_history',
      {
        ...{ registry: 'text', record_id: 'text', version: 'integer', at: 'text', actor: 'text', action: 'text' },
        record: 'text',
      },
      ['registry', 'record_id', 'version'],
    );
    await add('ca_profiles', { ca_id: 'key', profile: 'text', updated_at: 'text' });
    await add('platform_profiles', { caller_id: 'key', profile: 'text', updated_at: 'text' });
    await add('change_sets', {
      ...{ id: 'key', title: 'text', reason: 'text', state: 'text', urgent: 'integer', operations: 'text' },
      ...{ digest: 'text', preview: 'text', proposed_by: 'text', proposed_at: 'text', approvals: 'text' },
      ...{ apply_at: 'text?', applied_at: 'text?', effects: 'text?', signature: 'text?', rolled_back_at: 'text?' },
      ...{ parent: 'text?', failure: 'text?', updated_at: 'text' },
    });
    await add('bid_openings', {
      ...{ id: 'key', platform_id: 'text', title: 'text', starts_at: 'text', ends_at: 'text' },
      ...{ created_by: 'text', created_at: 'text', cancelled_at: 'text?' },
    });
    for (const [table, ...columns] of indexes)
      await database.schema
        .createIndex(`${table}_by_${columns.join('_')}`)
        .on(table)
        .columns(columns)
        .execute();
    await database.schema
      .createIndex('certificates_by_serial')
      .unique()
      .on('certificates')
      .columns(['issuer_key', 'serial_number'])
      .execute();
    await database.schema.createIndex('logins_by_certificate').on('logins').column('certificate_digest').execute();
  },
};

const indexes: readonly (readonly [table: string, ...columns: string[]])[] = [
  ['companies', 'name'],
  ['certificates', 'company_id'],
  ['certificates', 'not_after'],
  ['certificates', 'key_digest'],
  ['seals', 'company_id'],
  ['change_sets', 'state', 'apply_at'],
  ['bid_openings', 'ends_at'],
];

type ColumnKind = 'key' | 'text' | 'text?' | 'text unique' | 'integer' | 'bytes' | 'bytes?';

/** Columns by a word each: `?` may be null. */
// biome-ignore lint/suspicious/noExplicitAny: a migration speaks of tables as they were then, not as they are typed now
function tableMaker(database: Kysely<any>, dialect: DialectSql) {
  const types = { text: sql.raw(dialect.text), integer: sql.raw(dialect.integer), bytes: sql.raw(dialect.bytes) };
  return async (
    name: string,
    columns: Readonly<Record<string, ColumnKind>>,
    key: readonly string[] = [],
  ): Promise<void> => {
    let table = database.schema.createTable(name);
    for (const [column, kind] of Object.entries(columns)) {
      const type = kind === 'key' ? types.text : types[kind.replace(/\?| unique/, '') as keyof typeof types];
      table = table.addColumn(column, type, (built) => {
        if (kind === 'key') return built.primaryKey();
        if (kind.endsWith('?')) return built;
        return kind.endsWith(' unique') ? built.notNull().unique() : built.notNull();
      });
    }
    if (key.length > 0) table = table.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[]);
    await table.execute();
  };
}
