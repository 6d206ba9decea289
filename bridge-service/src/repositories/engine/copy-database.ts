import { CompiledQuery, sql } from 'kysely';
import { bulkInsert } from './bulk-insert.ts';
import { engineOf } from './engine-of.ts';
import type { ColumnType } from './postgres-array.ts';
import type { ServiceDatabase, Tables } from './schema.ts';

/** Rows of each table that was copied. */
export type CopiedRows = Readonly<Record<string, number>>;

const pageSize = 1_000;

/**
 * Copies everything of one database into another of the same migrations, whatever the engines: the source as it is at one moment,
 * the target in one transaction. What stood in the target is replaced, so it has to be empty but for what migrations put there. Each table is counted in
 * the target.
 *
 * @param writers  whether others write to a SQLite source meanwhile, or wait for the end
 * @param check  looks at the copy before it is committed: when it rejects, the target is as it was
 */
export async function copyDatabase(
  source: ServiceDatabase,
  target: ServiceDatabase,
  writers: 'go on' | 'wait',
  check: (copy: ServiceDatabase, copied: CopiedRows) => Promise<void>,
): Promise<CopiedRows> {
  return target.transaction().execute(async (to) => {
    const tables = await tablesOf(to);
    const restoreGuards = await suspendGuards(to, tables);
    for (const table of [...tables].reverse()) await sql`delete from ${sql.table(table.name)}`.execute(to);
    const copied = await source
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode(writers === 'go on' ? 'read only' : 'read write')
      .execute(async (from) => {
        const rows: Record<string, number> = {};
        for (const table of tables) rows[table.name] = await copyTable(from, to, table);
        return rows;
      });
    for (const { name } of tables) await demandCount(to, name, copied[name] ?? 0);
    await check(to, copied);
    await restoreGuards();
    return copied;
  });
}

async function demandCount(database: ServiceDatabase, table: string, copied: number): Promise<void> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(database);
  if (Number(rows[0]?.n) !== copied) throw new Error(`${table} has ${rows[0]?.n} rows of ${copied}`);
}

interface CopiedTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly key: readonly string[];
}

/** Tables of the service with their columns, those that others refer to first. */
async function tablesOf(database: ServiceDatabase): Promise<readonly CopiedTable[]> {
  const found = (await database.introspection.getTables()).filter(
    ({ name, isView }) => !isView && !name.startsWith('migrations'),
  );
  const references = await referencesOf(
    database,
    found.map(({ name }) => name),
  );
  const keys = await keysOf(
    database,
    found.map(({ name }) => name),
  );
  const tables = found.map(({ name, columns }) => ({
    name,
    columns: Object.fromEntries(columns.map((column) => [column.name, typeOf(column.dataType)])),
    key: keys.get(name) ?? [],
  }));
  const ordered: CopiedTable[] = [];
  const place = (table: CopiedTable): void => {
    if (ordered.includes(table)) return;
    for (const other of tables) if (other !== table && references.get(table.name)?.has(other.name)) place(other);
    ordered.push(table);
  };
  for (const table of tables) place(table);
  return ordered;
}

function typeOf(dataType: string): ColumnType {
  const type = dataType.toLowerCase();
  if (type === 'blob' || type === 'bytea') return 'bytea';
  return type.startsWith('int') || type.startsWith('bigint') ? 'bigint' : 'text';
}

type Names = ReadonlyMap<string, ReadonlySet<string>>;

async function referencesOf(database: ServiceDatabase, tables: readonly string[]): Promise<Names> {
  const found = new Map<string, Set<string>>(tables.map((name) => [name, new Set()]));
  if (engineOf(database) === 'postgres') {
    const { rows } = await sql<{ from: string; to: string }>`
      select conrelid::regclass::text as "from", confrelid::regclass::text as "to" from pg_constraint where contype = 'f'`.execute(
      database,
    );
    for (const { from, to } of rows) found.get(from)?.add(to);
  } else
    for (const name of tables) {
      const { rows } = await database.executeQuery<{ table: string }>(
        CompiledQuery.raw(`select "table" from pragma_foreign_key_list('${name}')`),
      );
      for (const { table } of rows) found.get(name)?.add(table);
    }
  return found;
}

/** Columns of the primary key, in order: rows are copied in it, as the log must be. */
async function keysOf(
  database: ServiceDatabase,
  tables: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const name of tables) {
    const { rows } = await database.executeQuery<{ name: string }>(
      CompiledQuery.raw(
        engineOf(database) === 'postgres'
          ? `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
             where i.indrelid = '"${name}"'::regclass and i.indisprimary order by array_position(i.indkey::int2[], a.attnum)`
          : `select name from pragma_table_info('${name}') where pk > 0 order by pk`,
      ),
    );
    found.set(
      name,
      rows.map((row) => row.name),
    );
  }
  return found;
}

/** The triggers that keep the log from being written otherwise than by appending; gives what puts them back. */
async function suspendGuards(database: ServiceDatabase, tables: readonly CopiedTable[]): Promise<() => Promise<void>> {
  const run = async (text: string): Promise<void> => {
    await database.executeQuery(CompiledQuery.raw(text));
  };
  if (engineOf(database) === 'postgres') {
    for (const { name } of tables) await run(`alter table "${name}" disable trigger user`);
    return async () => {
      for (const { name } of tables) await run(`alter table "${name}" enable trigger user`);
    };
  }
  const { rows } = await database.executeQuery<{ name: string; sql: string }>(
    CompiledQuery.raw("select name, sql from sqlite_master where type = 'trigger'"),
  );
  for (const { name } of rows) await run(`drop trigger "${name}"`);
  return async () => {
    for (const trigger of rows) await run(trigger.sql);
  };
}

async function copyTable(from: ServiceDatabase, to: ServiceDatabase, table: CopiedTable): Promise<number> {
  const names = Object.keys(table.columns);
  let count = 0;
  for await (const page of pagesOf(from, table)) {
    await bulkInsert(
      to,
      table.name as keyof Tables & string,
      table.columns,
      page.map((row) => names.map((name) => row[name] ?? null)),
    );
    count += page.length;
  }
  return count;
}

type Row = Readonly<Record<string, string | number | Uint8Array | null>>;

/** In the order of the key, from where the page before ended: nothing is held open, and no page costs more than the first. */
async function* pagesOf(
  database: ServiceDatabase,
  { name, key, columns }: CopiedTable,
): AsyncGenerator<readonly Row[]> {
  const columnList = Object.keys(columns)
    .map((column) => `"${column}"`)
    .join(', ');
  const keyList = key.map((column) => `"${column}"`).join(', ');
  const marks = key.map((_column, index) => (engineOf(database) === 'postgres' ? `$${index + 1}` : '?')).join(', ');
  let last: Row | undefined;
  for (;;) {
    const after = last === undefined ? '' : ` where (${keyList}) > (${marks})`;
    const parameters = last === undefined ? [] : key.map((column) => last?.[column] ?? null);
    const { rows } = await database.executeQuery<Row>(
      CompiledQuery.raw(
        `select ${columnList} from "${name}"${after} order by ${keyList} limit ${pageSize}`,
        parameters,
      ),
    );
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
    if (rows.length < pageSize) return;
  }
}
