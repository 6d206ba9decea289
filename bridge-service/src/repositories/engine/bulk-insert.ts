import { CompiledQuery } from 'kysely';
import { engineOf } from './engine-of.ts';
import type { ServiceDatabase, Tables } from './schema.ts';

/** PostgreSQL's types of the columns, by which a list of rows travels as one list for each column. */
export type ColumnType = 'text' | 'bigint' | 'bytea';

export interface BulkOptions {
  /**
   * What becomes of rows whose key is there already: left out, or one of their columns brought up to date, or added to. Else they are
   * an error. No key may stand twice among the rows.
   */
  readonly existing?:
    | 'skip'
    | { readonly key: string; readonly update?: readonly string[] | string; readonly add?: string }
    | undefined;
}

type Value = string | number | Uint8Array | null;

/** Rows of one statement on SQLite; what is left over goes one by one, so that there are two texts to prepare and no more. */
const rowsTogether = 8;

/**
 * Inserts many rows by statements whose text does not depend on their number: prepared ones for a few rows on SQLite, where a
 * statement costs microseconds, and one for all on PostgreSQL, where a round trip costs a hundred times that. Belongs into a
 * transaction. Names are those of the schema, never of a request.
 */
export async function bulkInsert<Table extends keyof Tables & string>(
  database: ServiceDatabase,
  table: Table,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly (readonly Value[])[],
  options: BulkOptions = {},
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns);
  const into = `insert into ${table} (${names.join(', ')})`;
  const conflict = onConflict(table, options.existing);
  if (engineOf(database) === 'sqlite') {
    const values = `(${names.map(() => '?').join(', ')})`;
    for (let at = 0; at < rows.length; ) {
      const size = rows.length - at >= rowsTogether ? rowsTogether : 1;
      const text = `${into} values ${new Array(size).fill(values).join(', ')}${conflict}`;
      await database.executeQuery(CompiledQuery.raw(text, rows.slice(at, at + size).flat()));
      at += size;
    }
    return;
  }
  const types = Object.values(columns);
  const lists = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ');
  const parameters = types.map((type, index) =>
    rows.map((row) => {
      const value = row[index] ?? null;
      return type === 'bytea' && value instanceof Uint8Array ? Buffer.from(value) : value;
    }),
  );
  await database.executeQuery(CompiledQuery.raw(`${into} select * from unnest(${lists})${conflict}`, parameters));
}

function onConflict(table: string, existing: BulkOptions['existing']): string {
  if (existing === undefined) return '';
  if (existing === 'skip') return ' on conflict do nothing';
  const { key, update = [], add } = existing;
  const changes = [
    ...[update].flat().map((column) => `${column} = excluded.${column}`),
    ...(add === undefined ? [] : [`${add} = ${table}.${add} + excluded.${add}`]),
  ];
  return ` on conflict (${key}) do update set ${changes.join(', ')}`;
}
