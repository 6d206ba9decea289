import { Kysely, sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalEvents } from '../src/repositories/engine/local-events.ts';
import { createPostgresDialect } from '../src/repositories/engine/postgres-dialect.ts';
import { listenForEvents } from '../src/repositories/engine/postgres-listener.ts';
import { isStoreUnavailable } from '../src/repositories/engine/store-unavailable.ts';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { type SilentNetwork, silentNetwork } from './support/silent-network.ts';

const long = { timeout: 30_000, interval: 50 };
const patience = { patienceMs: 200, graceMs: 100, longestMs: 60_000, probeMs: 5_000 };

let database: TestDatabase;
beforeAll(async () => {
  database = await newTestDatabase('');
});
afterAll(() => database.drop());

let network: SilentNetwork;
let url: string;
beforeEach(async () => {
  if (database.location.engine !== 'postgres') throw new Error('this test is about PostgreSQL');
  const { database: name, user, host, port } = new pg.Client({ connectionString: database.location.url });
  network = await silentNetwork({ path: `${host}/.s.PGSQL.${port}` });
  url = `postgres://${user}@127.0.0.1:${network.port}/${name}`;
});
afterEach(() => network.close());

const outcome = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'answered',
    (error: unknown) => (isStoreUnavailable(error) ? 'not to be had' : error),
  );

describe('a network that falls silent', () => {
  it('leaves nobody waiting for the database, and hinders nobody when it is back', async () => {
    const service = new Kysely<object>({ dialect: createPostgresDialect(url, undefined, 2, patience).dialect });
    try {
      const ask = () => outcome(sql`select 1`.execute(service));
      expect(await ask()).toBe('answered');
      network.fallSilent();
      expect(await ask()).toBe('not to be had');
      expect(
        await outcome(
          service.transaction().execute(async (transaction) => {
            await sql`select 1`.execute(transaction);
          }),
        ),
      ).toBe('not to be had');
      network.comeBack();
      await expect.poll(ask, long).toBe('answered');
    } finally {
      await service.destroy();
    }
  });

  it('does not end a statement on which the server works, however long', async () => {
    const service = new Kysely<object>({ dialect: createPostgresDialect(url, undefined, 2, patience).dialect });
    try {
      expect(await outcome(sql`select pg_sleep(2)`.execute(service))).toBe('answered');
    } finally {
      await service.destroy();
    }
  });

  it('ends what waits on a connection of which the server knows nothing any more, while others are answered', async () => {
    const service = new Kysely<object>({ dialect: createPostgresDialect(url, undefined, 2, patience).dialect });
    try {
      const ask = () => outcome(sql`select 1`.execute(service));
      expect(await ask()).toBe('answered');
      // A firewall that forgot the connection, and lets new ones through.
      network.fallSilent();
      network.comeBack();
      expect(await ask()).toBe('not to be had');
      expect(await ask()).toBe('answered');
    } finally {
      await service.destroy();
    }
  });

  it('is noticed by who listens to other nodes: it listens anew and reads again what it may have missed', async () => {
    const events = new LocalEvents(() => undefined);
    let resyncs = 0;
    let heard = 0;
    events.onResync(() => {
      resyncs += 1;
    });
    events.subscribe('import.changed', () => {
      heard += 1;
    });
    const stop = await listenForEvents({ engine: 'postgres', url }, events, { heartbeatMs: 100, timeoutMs: 4_000 });
    try {
      const announce = () => database.sql(`select pg_notify('onelock_events', '{"topic":"import.changed","data":{}}')`);
      await announce();
      await expect.poll(() => heard, long).toBe(1);
      network.fallSilent();
      network.comeBack();
      await expect.poll(() => resyncs, long).toBeGreaterThan(0);
      await announce();
      await expect.poll(() => heard, long).toBe(2);
    } finally {
      await stop();
    }
  });
});
