import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CodedError } from '@onelock/core/errors';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely';

/** Prepared statements kept; the service has some fifty. */
const statementCacheSize = 256;

type SqlValue = null | number | bigint | string | Uint8Array;

/**
 * Kysely over `node:sqlite`. One connection, which kysely lends to one user at a time (`supportsMultipleConnections`
 * is false in its adapter), so transactions never interleave. Statements are synchronous: a transaction that awaits nothing
 * but queries holds the connection for its own time only.
 */
export function createSqliteDialect(database: DatabaseSync): Dialect {
  return {
    createDriver: () => new SqliteDriver(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** SQLite's schema statements are transactional, so a migration and its row in the table of migrations arrive together or not at all. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#connection = new SqliteConnection(database);
  }

  async init(): Promise<void> {
    // The database was opened and set up before it came here.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  /** `immediate` takes the write lock at once: a transaction that reads and then writes never fails halfway with SQLITE_BUSY. */
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const begin = settings.accessMode === 'read only' ? 'begin deferred' : 'begin immediate';
    await connection.executeQuery(CompiledQuery.raw(begin));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite has already rolled back after some failures (full disk, I/O error).
    if (this.#database.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async releaseConnection(): Promise<void> {
    // The one connection stays open.
  }

  async destroy(): Promise<void> {
    this.#connection.forget();
    this.#database.close();
  }
}

interface PreparedStatement {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, PreparedStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { statement, givesRows } = this.#prepare(query.sql);
      const parameters = query.parameters.map(toSqlValue);
      if (givesRows) return { rows: statement.all(...parameters) as R[] };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      // A caller is told which file, not where it lies.
      throw asDamage(error, path.basename(this.#database.location() ?? ''));
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    // Not from the cache: another use of the same statement would reset the iteration.
    const statement = this.#database.prepare(query.sql);
    for (const row of statement.iterate(...query.parameters.map(toSqlValue))) yield { rows: [row as R] };
  }

  forget(): void {
    this.#statements.clear();
  }

  #prepare(sql: string): PreparedStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(sql);
    // Asked once: to list the columns costs as much as to run the statement.
    const statement: PreparedStatement = { statement: prepared, givesRows: prepared.columns().length > 0 };
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= statementCacheSize && oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const damages = new Set([11, 26]);

/** What SQLite says of a file that is none of its own, or is no longer: neither our mistake nor anything that passes. */
export function asDamage(error: unknown, file: string): unknown {
  const { errcode } = error as { readonly errcode?: unknown };
  return typeof errcode === 'number' && damages.has(errcode & 0xff)
    ? new CodedError('ERR_SERVICE_DATABASE_DAMAGED', { file }, { cause: error })
    : error;
}

function toSqlValue(value: unknown): SqlValue {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (
    value === null ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'string' ||
    value instanceof Uint8Array
  )
    return value;
  throw new TypeError(`not a value for SQL: ${typeof value}`);
}
