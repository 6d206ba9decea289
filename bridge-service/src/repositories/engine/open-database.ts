import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError } from '@onelock/core/errors';
import { Kysely } from 'kysely';
import { migrateToLatest } from '../../migrations/migrate.ts';
import type { DatabaseLocation } from './database-location.ts';
import { createPostgresDialect } from './postgres-dialect.ts';
import type { ServiceDatabase, Tables } from './schema.ts';
import { asDamage, createSqliteDialect } from './sqlite-dialect.ts';

/** How long a write waits for another process (the break-glass command) to finish its own, in milliseconds. */
const busyTimeoutMs = 5_000;

/**
 * Opens the database and brings it to the latest migration. An acknowledged write is on the disk: write-ahead log and
 * synchronous=FULL on SQLite, synchronous_commit=on on PostgreSQL. A SQLite file is made when it is not there, readable by its
 * owner only; a PostgreSQL database is not.
 *
 * @throws {CodedError} ERR_SERVICE_DATABASE_NEWER when a newer version of the service has written it, ERR_SERVICE_DATABASE_DAMAGED when it is none (any
 *   longer), ERR_SERVICE_CONFIG_INVALID when it cannot be read and written
 */
export async function openDatabase(location: DatabaseLocation): Promise<ServiceDatabase> {
  if (location.engine === 'postgres') {
    const upgrading = openPostgres(location, { connections: 2, limits: false });
    try {
      await migrateToLatest(upgrading, location.engine);
    } finally {
      await upgrading.destroy();
    }
    return openPostgres(location);
  }
  const database = openSqlite(location.file);
  try {
    await migrateToLatest(database, location.engine);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

/** Opens an existing database for reading only, as it is: no migration, no change of anything. */
export function openDatabaseReadOnly(location: DatabaseLocation): ServiceDatabase {
  if (location.engine === 'postgres') return openPostgres(location, { connections: 2 });
  const sqlite = new DatabaseSync(location.file, { readOnly: true, timeout: busyTimeoutMs });
  return new Kysely<Tables>({ dialect: createSqliteDialect(sqlite) });
}

/** Whose file it is, or that it is a folder, or on a disk that nothing can be written to: that does not pass by itself. */
const notOurs = new Set([8, 14]);

function openSqlite(file: string): ServiceDatabase {
  try {
    return openSqliteFile(file);
  } catch (error) {
    const { errcode, syscall } = error as { readonly errcode?: unknown; readonly syscall?: unknown };
    if (typeof syscall !== 'string' && !(typeof errcode === 'number' && notOurs.has(errcode & 0xff)))
      throw asDamage(error, file);
    throw new CodedError(
      'ERR_SERVICE_CONFIG_INVALID',
      { key: file, rule: 'a file of its own that the service may read and write' },
      { cause: error },
    );
  }
}

function openSqliteFile(file: string): ServiceDatabase {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const sqlite = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    chmodSync(file, 0o600);
    // What is erased is written over: it names people.
    sqlite.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off; pragma secure_delete = on;',
    );
    return new Kysely<Tables>({ dialect: createSqliteDialect(sqlite) });
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function openPostgres(
  { url, password }: Extract<DatabaseLocation, { readonly engine: 'postgres' }>,
  { connections, limits }: { readonly connections?: number; readonly limits?: boolean } = {},
): ServiceDatabase {
  const { dialect } = createPostgresDialect(url, password, connections, undefined, limits);
  return new Kysely<Tables>({ dialect });
}
