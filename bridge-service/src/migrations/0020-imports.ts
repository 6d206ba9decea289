import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** Imports of the stock: what was uploaded, the fate of each row, what waits for a decision, the digests of the batches. */
export const imports: ServiceMigration = {
  name: '0020-imports',
  async up(database, dialect) {
    const types = { text: sql.raw(dialect.text), integer: sql.raw(dialect.integer), bytes: sql.raw(dialect.bytes) };
    const table = async (
      name: string,
      columns: Readonly<Record<string, readonly string[]>>,
      key: readonly string[],
    ): Promise<void> => {
      let made = database.schema.createTable(name);
      for (const [kind, names] of Object.entries(columns)) {
        const type = types[kind.replace('?', '') as keyof typeof types];
        for (const column of names)
          made = made.addColumn(column, type, (built) => (kind.endsWith('?') ? built : built.notNull()));
      }
      await made.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[]).execute();
    };
    await table(
      'imports',
      {
        text: ['id', 'name', 'digest', 'state', 'settings', 'counts', 'created_by', 'created_at', 'updated_at'],
        integer: ['size', 'received', 'position', 'new_companies', 'open_conflicts'],
        'integer?': ['total'],
        'text?': ['preview', 'failure', 'starter', 'started_at', 'finished_at', 'lease_owner', 'lease_until'],
      },
      ['id'],
    );
    await table('import_parts', { text: ['import_id'], integer: ['start'], bytes: ['bytes'] }, ['import_id', 'start']);
    await table(
      'import_rows',
      {
        text: ['import_id', 'place', 'fate', 'findings'],
        integer: ['number'],
        'text?': [
          ...['outcome', 'reason', 'certificate_digest', 'certificate_id', 'company_id', 'credit_code'],
          ...['company_name', 'subject', 'decision', 'decided_by', 'decided_at'],
        ],
      },
      ['import_id', 'number'],
    );
    await table(
      'import_conflicts',
      { text: ['import_id', 'findings', 'payload'], integer: ['number'], 'bytes?': ['der'] },
      ['import_id', 'number'],
    );
    await table('import_batches', { text: ['import_id', 'rows'], integer: ['first', 'last'] }, ['import_id', 'first']);
    await database.schema.createIndex('imports_by_state').on('imports').columns(['state', 'id']).execute();
    await database.schema
      .createIndex('import_rows_by_fate')
      .on('import_rows')
      .columns(['import_id', 'fate', 'number'])
      .execute();
  },
};
