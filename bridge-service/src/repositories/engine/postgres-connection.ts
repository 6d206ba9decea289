import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type pg from 'pg';
import { isBundle } from './bundle.ts';
import { processOf, type Waiting, type Watch } from './postgres-watch.ts';
import { isPrepared } from './prepared.ts';
import { release, savepoint } from './savepoint.ts';

const begin = CompiledQuery.raw('begin');
const commit = CompiledQuery.raw('commit');
const rollback = CompiledQuery.raw('rollback');

type Answer = QueryResult<unknown> & { readonly command: string };

/**
 * Kysely over a pool of pipelining connections. Beginning is not waited for: it travels with the transaction's first statement, and what is
 * held (see bundle.ts) with the next one.
 */
export class PostgresDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #watch: Watch;
  readonly #connections = new WeakMap<pg.PoolClient, PostgresConnection>();

  constructor(pool: pg.Pool, watch: Watch) {
    this.#pool = pool;
    this.#watch = watch;
  }

  async init(): Promise<void> {
    // Connections are made when they are needed.
  }

  async acquireConnection(): Promise<PostgresConnection> {
    const client = await this.#pool.connect();
    const connection = this.#connections.get(client) ?? new PostgresConnection(client, this.#watch);
    this.#connections.set(client, connection);
    return connection;
  }

  async beginTransaction(
    connection: PostgresConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const mode = `${isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`} ${accessMode ?? ''}`;
    connection.hold([mode === ' ' ? begin : CompiledQuery.raw(`begin${mode}`)]);
  }

  async commitTransaction(connection: PostgresConnection): Promise<void> {
    const [answer] = await connection.send([commit]);
    // So it ends a transaction in which something failed that nobody minded.
    if (answer?.command === 'ROLLBACK') throw new Error('a transaction that had failed was to be committed');
  }

  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    await connection.rollBack();
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {
    this.#watch.stop();
    await this.#pool.end();
  }
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #watch: Watch;
  #held: CompiledQuery[] = [];
  #broken = false;

  constructor(client: pg.PoolClient, watch: Watch) {
    this.#client = client;
    this.#watch = watch;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!isBundle(query)) return (await this.send([query]))[0] as QueryResult<R>;
    if (!query.held) return { rows: (await this.send(query.queries)) as readonly unknown[] as R[] };
    this.hold(query.queries);
    return { rows: [] };
  }

  hold(queries: readonly CompiledQuery[]): void {
    for (const query of queries) {
      // A savepoint behind which nothing was asked is neither set nor released.
      if (query === release && this.#held.at(-1) === savepoint) this.#held.pop();
      else this.#held.push(query);
    }
  }

  /** All that is held and then these, without waiting between them. @returns the answers to these */
  async send(queries: readonly CompiledQuery[]): Promise<readonly Answer[]> {
    const all = [...this.#held, ...queries];
    this.#held = [];
    const outcomes = await this.#watched(() => {
      const { stream } = this.#client.connection;
      // In one packet: a write to a socket costs as much as a small statement.
      stream.cork();
      const asked = all.map((query) => this.#ask(query));
      stream.uncork();
      return Promise.allSettled(asked);
    });
    // The first that failed says why; those behind it, only that the transaction has failed.
    const answers = outcomes.map((outcome) => {
      if (outcome.status === 'fulfilled') return outcome.value;
      // A server that takes no writes may not be the one any more: the next connection finds out.
      if ((outcome.reason as { readonly code?: unknown } | null)?.code === '25006') this.#broken = true;
      throw outcome.reason;
    });
    return answers.slice(-queries.length);
  }

  /** A connection that cannot even do this is thrown away, and its transaction with it. */
  async rollBack(): Promise<void> {
    this.#held = [];
    try {
      await this.#watched(() => this.#ask(rollback));
    } catch {
      this.#broken = true;
    }
  }

  release(): void {
    this.#held = [];
    this.#client.release(this.#broken);
  }

  // biome-ignore lint/correctness/useYield: it refuses
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('no statement of the service is streamed');
  }

  async #watched<T>(ask: () => Promise<T>): Promise<T> {
    const waiting: Waiting = {
      processId: processOf(this.#client),
      since: performance.now(),
      cut: () => {
        this.#broken = true;
        this.#client.connection.stream.destroy();
      },
    };
    this.#watch.add(waiting);
    try {
      return await ask();
    } finally {
      this.#watch.remove(waiting);
    }
  }

  async #ask(query: CompiledQuery): Promise<Answer> {
    const { command, rowCount, rows } = await this.#client.query({
      ...{ text: query.sql, values: [...query.parameters] },
      ...(isPrepared(query) && { name: query.preparedAs }),
    });
    const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE';
    return { command, rows, ...(changes && { numAffectedRows: BigInt(rowCount ?? 0) }) };
  }
}
