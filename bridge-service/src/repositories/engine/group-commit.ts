import { CompiledQuery, sql } from 'kysely';
import { engineOf } from './engine-of.ts';
import type { ServiceDatabase } from './schema.ts';

/** Jobs in one commit at most, so that nobody waits for a long row of others. */
const largestGroup = 128;

/** The one key under which writing nodes on one PostgreSQL take turns: "onelock" in ASCII. */
const writersLock = 0x6f6e656c6f636bn;

/** A transaction, and what is to happen at its end. */
export interface Unit<Last> {
  readonly transaction: ServiceDatabase;
  /** Written together with that of the other jobs of the group, when all of them have run; not when this job fails. */
  last(item: Last): void;
  /** Done once it is on the disk. */
  afterCommit(act: () => void): void;
}

interface Job<Last> {
  /** Runs in the group's transaction; the outcome is told only after the commit. Without it the job is its last items alone. */
  readonly run?: (transaction: ServiceDatabase) => Promise<void>;
  /** What it leaves for the end of the group: nothing when it failed. */
  lastItems(): readonly Last[];
  committed(): void;
  failed(error: unknown): void;
}

export interface GroupCommit<Last> {
  run<T>(work: (unit: Unit<Last>) => Promise<T>): Promise<T>;
  /** A job that only leaves something for the end of its group. */
  writeLast(item: Last): Promise<void>;
}

/** Writes what the jobs of a group left for its end, in its transaction; gives what is to happen after the commit. */
export type WriteLast<Last> = (transaction: ServiceDatabase, items: readonly Last[]) => Promise<() => void>;

/**
 * Transactions that share the wait for the disk. Everything asked for in one turn of the event loop runs in one transaction,
 * each job behind a savepoint of its own: a job that fails undoes itself and nothing else. Nobody is answered before the one
 * commit is on the disk, and when that fails everybody's job has failed.
 *
 * With synchronous=FULL a commit costs milliseconds and blocks the only connection of SQLite, so this is what the number of writes
 * a second hangs on. On PostgreSQL nodes take turns by an advisory lock, as SQLite's `begin immediate` makes processes do: what a job
 * has read stays true until its commit on both, and a job is written once.
 */
export function createGroupCommit<Last>(database: ServiceDatabase, writeLast: WriteLast<Last>): GroupCommit<Last> {
  let waiting: Job<Last>[] = [];
  let draining = false;
  const takesTurns = engineOf(database) === 'postgres';

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, largestGroup);
      waiting = waiting.slice(largestGroup);
      let afterCommit: () => void;
      try {
        afterCommit = await database.transaction().execute((transaction) => runGroup(transaction, group));
      } catch (error) {
        for (const job of group) job.failed(error);
        continue;
      }
      afterCommit();
      for (const job of group) job.committed();
      // What came in while the disk was written joins the next group.
      await nextTurn();
    }
    draining = false;
  };

  const runGroup = async (transaction: ServiceDatabase, group: readonly Job<Last>[]): Promise<() => void> => {
    if (takesTurns)
      await sql`select pg_advisory_xact_lock(${sql.lit(String(writersLock))}::bigint)`.execute(transaction);
    for (const { run } of group) if (run !== undefined) await runBehindSavepoint(transaction, run);
    return writeLast(
      transaction,
      group.flatMap((job) => job.lastItems()),
    );
  };

  const enqueue = (job: Job<Last>): void => {
    waiting.push(job);
    if (draining) return;
    draining = true;
    // The next turn: whatever requests arrived together join the group.
    setImmediate(() => void drain());
  };

  return {
    run: (work) => new Promise((resolve, reject) => enqueue(createJob(work, resolve, reject))),
    writeLast: (item) =>
      new Promise((resolve, reject) => enqueue({ lastItems: () => [item], committed: resolve, failed: reject })),
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function createJob<T, Last>(
  work: (unit: Unit<Last>) => Promise<T>,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
): Job<Last> {
  let outcome: { readonly result: T } | { readonly error: unknown };
  const acts: (() => void)[] = [];
  const items: Last[] = [];
  return {
    async run(transaction) {
      try {
        const unit: Unit<Last> = {
          transaction,
          last: (item) => items.push(item),
          afterCommit: (act) => acts.push(act),
        };
        outcome = { result: await work(unit) };
      } catch (error) {
        outcome = { error };
        throw error;
      }
    },
    lastItems: () => ('result' in outcome ? items : []),
    committed() {
      if ('error' in outcome) return reject(outcome.error);
      for (const act of acts) act();
      resolve(outcome.result);
    },
    failed: reject,
  };
}

// Built once, as they run with every job.
const savepoint = CompiledQuery.raw('savepoint job');
const rollback = CompiledQuery.raw('rollback to savepoint job');
const release = CompiledQuery.raw('release savepoint job');

async function runBehindSavepoint(
  transaction: ServiceDatabase,
  run: (transaction: ServiceDatabase) => Promise<void>,
): Promise<void> {
  await transaction.executeQuery(savepoint);
  try {
    await run(transaction);
  } catch {
    // The job keeps its error and tells it after the commit. Undoing may fail too (SQLite has rolled everything back when
    // the disk is full): that ends the group.
    await transaction.executeQuery(rollback);
  }
  await transaction.executeQuery(release);
}
