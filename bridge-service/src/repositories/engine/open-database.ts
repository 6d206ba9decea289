import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { migrateToLatest } from '../../migrations/migrate.ts';
import type { DatabaseLocation } from './database-location.ts';
import { createPostgresDialect } from './postgres-dialect.ts';
import type { ServiceDatabase, Tables } from './schema.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

/** How long a write waits for another process (the break-glass command) to finish its own, in milliseconds. */
const busyTimeoutMs = 5_000;

/**
 * Opens the database and brings it to the latest migration. An acknowledged write is on the disk: write-ahead log and
 * synchronous=FULL on SQLite, synchronous_commit=on on PostgreSQL. A SQLite file is made when it is not there, readable by its
 * owner only; a PostgreSQL database is not.
 *
 * @throws {CodedError} ERR_SERVICE_DATABASE_NEWER when a newer version of the service has written it
 */
export async function openDatabase(location: DatabaseLocation): Promise<ServiceDatabase> {
  const database = location.engine === 'sqlite' ? openSqlite(location.file) : openPostgres(location);
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
  if (location.engine === 'postgres') return openPostgres(location, 2);
  const sqlite = new DatabaseSync(location.file, { readOnly: true, timeout: busyTimeoutMs });
  return new Kysely<Tables>({ dialect: createSqliteDialect(sqlite) });
}

function openSqlite(file: string): ServiceDatabase {
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
  connections?: number,
): ServiceDatabase {
  return new Kysely<Tables>({ dialect: createPostgresDialect(url, password, connections).dialect });
}
