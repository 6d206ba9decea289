import { type Dialect, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import pg from 'pg';
import { PostgresDriver } from './postgres-connection.ts';
import { type Patience, probeServer, watchAnswers } from './postgres-watch.ts';

/** Connections of one node. One writes (see group-commit.ts), one listens; the others read. */
const poolSize = 8;
const connectTimeoutMs = 5_000;
/** No statement of ours is meant to take longer; what does has met a lock or a lost server. */
const statementTimeoutMs = 60_000;
/** How long a group of writes waits for another node's. */
const lockTimeoutMs = 10_000;

const int8 = 20;
const numeric = 1700;

/** PostgreSQL's big integers as numbers (all of ours stay far below 2^53), everything else as `pg` has it: bytes are a Buffer. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 || oid === numeric
      ? (value: string) => Number(value)
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/**
 * What a connection to the database is made with. An acknowledged write is on the disk whatever the server's default is.
 *
 * @param limits  false for what upgrades the tables: an index over years takes its time, and other nodes wait for it
 */
export function postgresClientConfig(url: string, password: string | undefined, limits = true): pg.ClientConfig {
  return {
    connectionString: url,
    ...(password !== undefined && { password }),
    types,
    application_name: 'onelock-service',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    options: [
      'synchronous_commit=on',
      `statement_timeout=${limits ? statementTimeoutMs : 0}`,
      `lock_timeout=${limits ? lockTimeoutMs : 0}`,
      `idle_in_transaction_session_timeout=${statementTimeoutMs}`,
      'timezone=UTC',
      'client_min_messages=warning',
    ]
      .map((setting) => `-c ${setting}`)
      .join(' '),
  };
}

/** Kysely over a pool of connections. */
export function createPostgresDialect(
  url: string,
  password: string | undefined,
  size: number = poolSize,
  patience?: Patience,
  limits = true,
): { readonly dialect: Dialect; readonly pool: pg.Pool } {
  const pool = new pg.Pool({
    ...postgresClientConfig(url, password, limits),
    ...{ max: size, idleTimeoutMillis: 30_000, pipeline: true },
  });
  // An idle connection that breaks is thrown away by the pool; whoever asks next gets a new one, or ERR_SERVICE_UNAVAILABLE.
  pool.on('error', () => undefined);
  // One that breaks in somebody's hands fails their statement; the pool does not listen to it then, and nobody else would.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const dialect: Dialect = {
    createDriver: () =>
      new PostgresDriver(
        pool,
        watchAnswers((probeMs) => probeServer(postgresClientConfig(url, password), probeMs), patience),
      ),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (database) => new PostgresIntrospector(database),
  };
  return { dialect, pool };
}
