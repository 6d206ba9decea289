import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseEngine } from '../../src/migrations/migration.ts';
import type { DatabaseLocation } from '../../src/repositories/engine/database-location.ts';

/** The database of the cluster that each test's own is copied from. */
export const templateDatabase = 'onelock_template';

/** Which engine this run of the test is for; vitest.config.ts runs the service's tests once for each. */
export const engine: DatabaseEngine = process.env.ONELOCK_TEST_DATABASE === 'postgres' ? 'postgres' : 'sqlite';

export interface TestDatabase {
  readonly location: DatabaseLocation;
  /** What a service started as a program needs to find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs statements as somebody with the database in hand would, outside the service. */
  sql(statements: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** All that it holds, as text to search in: the bytes of the files, or every row of every table. */
  stored(): Promise<string>;
  drop(): Promise<void>;
}

/** A database of this test's own, at the latest migration on PostgreSQL and not yet there on SQLite. */
export async function newTestDatabase(folder: string): Promise<TestDatabase> {
  return engine === 'sqlite' ? sqliteIn(folder) : postgresCopy(inject('postgres'));
}

export function sqliteIn(folder: string): TestDatabase {
  const file = path.join(folder, 'service.db');
  return {
    location: { engine: 'sqlite', file },
    environment: {},
    async sql(statements) {
      const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
      try {
        if (/^\s*(?:select|pragma)\b/i.test(statements)) return database.prepare(statements).all();
        database.exec(statements);
        return [];
      } finally {
        database.close();
      }
    },
    async stored() {
      const files = [file, `${file}-wal`].filter((one) => existsSync(one));
      return files.map((one) => readFileSync(one).toString('latin1')).join('\n');
    },
    async drop() {
      // The folder goes, and the file with it.
    },
  };
}

async function postgresCopy(address: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  const at = (database: string): string => address.replace('DATABASE', database);
  await query(at('postgres'), `create database ${name} template ${templateDatabase}`);
  // Copies of one log have one name, as backups have; these are to be logs of their own.
  await query(
    at(name),
    `alter table audit_head disable trigger user; update audit_head set log = md5('${name}'); alter table audit_head enable trigger user`,
  );
  return {
    ...postgresAt(at(name)),
    async drop() {
      await query(at('postgres'), `drop database if exists ${name} with (force)`);
    },
  };
}

/** A database that somebody else made and ends. */
export function postgresAt(url: string): TestDatabase {
  return {
    location: { engine: 'postgres', url },
    environment: { ONELOCK_SERVICE_DATABASE_URL: url },
    sql: (statements) => query(url, statements),
    async stored() {
      const tables = await query(url, "select tablename from pg_tables where schemaname = 'public'");
      const rows = await Promise.all(
        tables.map(({ tablename }) => query(url, `select t::text as row from "${tablename}" t`)),
      );
      return rows
        .flat()
        .map(({ row }) => String(row))
        .join('\n');
    },
    async drop() {
      // It goes with its cluster.
    },
  };
}

async function query(url: string, statements: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url });
  // One that is cut, as tests do it, fails its statement; nobody else has to hear of it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result = await client.query(statements);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}
