import { Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresDialect } from '../src/repositories/engine/postgres-dialect.ts';
import { newTestDatabase, type TestDatabase } from './support/database.ts';

const patience = { timeout: 30_000, interval: 20 };

let database: TestDatabase;
beforeAll(async () => {
  database = await newTestDatabase('');
});
afterAll(() => database.drop());

/** Cuts every connection of the service to this database, as a restarting server would. */
const cut = () =>
  database.sql(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'onelock-service'",
  );
const sleeping = async () =>
  (
    await database.sql(
      "select 1 from pg_stat_activity where datname = current_database() and query like '%pg_sleep(60)%'",
    )
  ).length;

describe('a connection to PostgreSQL that is cut', () => {
  it('while a statement runs fails that statement and nothing else', async () => {
    if (database.location.engine !== 'postgres') throw new Error('this test is about PostgreSQL');
    const { dialect } = createPostgresDialect(database.location.url, undefined, 2);
    const service = new Kysely<object>({ dialect });
    const asked = () =>
      sql<{ one: number }>`select 1 as one`.execute(service).then(
        ({ rows }) => rows.length,
        () => 0,
      );
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtException', note);
    try {
      const running = sql`select pg_sleep(60)`.execute(service).then(
        () => 'ended',
        () => 'failed',
      );
      // One more than the statement itself: the question names it too.
      await expect.poll(sleeping, patience).toBe(2);
      await cut();
      expect(await running).toBe('failed');
      await expect.poll(asked, patience).toBe(1);
      // While nothing runs, in the middle of a transaction.
      await expect(
        service.transaction().execute(async (transaction) => {
          await sql`select 1`.execute(transaction);
          await cut();
          await new Promise((resolve) => setTimeout(resolve, 200));
          await sql`select 1`.execute(transaction);
        }),
      ).rejects.toThrow();
      await expect.poll(asked, patience).toBe(1);
      expect(uncaught).toEqual([]);
    } finally {
      process.off('uncaughtException', note);
      await service.destroy();
    }
  });
});
