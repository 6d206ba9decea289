import { CompiledQuery } from 'kysely';
import { hold } from './bundle.ts';
import { engineOf } from './engine-of.ts';
import { type ColumnType, type ColumnValue, postgresArray } from './postgres-array.ts';
import { prepared } from './prepared.ts';
import type { ServiceDatabase, Tables } from './schema.ts';

export interface BulkOptions {
  /**
   * What becomes of rows whose key is there already: left out, or one of their columns brought up to date, or added to. Else they are
   * an error. No key may stand twice among the rows.
   */
  readonly existing?:
    | 'skip'
    | { readonly key: string; readonly update?: readonly string[] | string; readonly add?: string }
    | undefined;
  /** Whether it fails, the commit tells: see bundle.ts. */
  readonly held?: boolean | undefined;
}

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
  rows: readonly (readonly ColumnValue[])[],
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
  const query = prepared(
    CompiledQuery.raw(`${into} select * from ${unnest(columns)}${conflict}`, columnLists(columns, rows)),
  );
  if (options.held) await hold(database, query);
  else await database.executeQuery(query);
}

/** PostgreSQL's rows of the parameters that {@link columnLists} gives, from the first on. */
export function unnest(columns: Readonly<Record<string, ColumnType>>): string {
  return `unnest(${Object.values(columns)
    .map((type, index) => `$${index + 1}::${type}[]`)
    .join(', ')})`;
}

export function columnLists(
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly (readonly ColumnValue[])[],
): Buffer[] {
  return Object.values(columns).map((type, index) =>
    postgresArray(
      type,
      rows.map((row) => row[index] ?? null),
    ),
  );
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
