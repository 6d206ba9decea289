import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { migrateToLatest } from '../../migrations/migrate.ts';
import type { ServiceDatabase, Tables } from './schema.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

/** How long a write waits for another process (the break-glass command) to finish its own, in milliseconds. */
const busyTimeoutMs = 5_000;

/**
 * Opens (and makes, when it is not there) the database and brings it to the latest migration. An acknowledged write is on
 * the disk: write-ahead log, synchronous=FULL. The folder and the file are readable by the owner only.
 *
 * @throws {CodedError} ERR_SERVICE_DATABASE_NEWER when a newer version of the service has written it
 */
export async function openDatabase(file: string): Promise<ServiceDatabase> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const sqlite = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    chmodSync(file, 0o600);
    sqlite.exec('pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off;');
    const database = new Kysely<Tables>({ dialect: createSqliteDialect(sqlite) });
    await migrateToLatest(database, 'sqlite');
    return database;
  } catch (error) {
    if (sqlite.isOpen) sqlite.close();
    throw error;
  }
}

/** Opens an existing database file for reading only, as it is: no migration, no change of any file. */
export function openDatabaseReadOnly(file: string): ServiceDatabase {
  const sqlite = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  return new Kysely<Tables>({ dialect: createSqliteDialect(sqlite) });
}
