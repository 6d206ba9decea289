import { sql } from 'kysely';
import { engineOf } from './engine-of.ts';
import type { ServiceDatabase } from './schema.ts';

/** Jobs in one commit at most, so that nobody waits for a long row of others. */
const largestGroup = 128;

/** The one key under which writing nodes on one PostgreSQL take turns: "onelock" in ASCII. */
const writersLock = 0x6f6e656c6f636bn;

/** A transaction, and what is to happen once it is on the disk. */
export interface Unit {
  readonly transaction: ServiceDatabase;
  afterCommit(act: () => void): void;
}

interface Job {
  /** Runs in the group's transaction; the outcome is told only after the commit. */
  run(transaction: ServiceDatabase): Promise<void>;
  committed(): void;
  failed(error: unknown): void;
}

export type RunInTransaction = <T>(work: (unit: Unit) => Promise<T>) => Promise<T>;

/**
 * Transactions that share the wait for the disk. Everything asked for in one turn of the event loop runs in one transaction,
 * each job behind a savepoint of its own: a job that fails undoes itself and nothing else. Nobody is answered before the one
 * commit is on the disk, and when that fails everybody's job has failed.
 *
 * With synchronous=FULL a commit costs milliseconds and blocks the only connection of SQLite, so this is what the number of writes
 * a second hangs on. On PostgreSQL nodes take turns by an advisory lock, as SQLite's `begin immediate` makes processes do: what a job
 * has read stays true until its commit on both, and a job is written once.
 */
export function createGroupCommit(database: ServiceDatabase): RunInTransaction {
  let waiting: Job[] = [];
  let draining = false;
  const takesTurns = engineOf(database) === 'postgres';

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, largestGroup);
      waiting = waiting.slice(largestGroup);
      try {
        await database.transaction().execute(async (transaction) => {
          if (takesTurns)
            await sql`select pg_advisory_xact_lock(${sql.lit(String(writersLock))}::bigint)`.execute(transaction);
          for (const job of group) await runBehindSavepoint(transaction, job);
        });
      } catch (error) {
        for (const job of group) job.failed(error);
        continue;
      }
      for (const job of group) job.committed();
    }
    draining = false;
  };

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push(createJob(work, resolve, reject));
      if (draining) return;
      draining = true;
      // The next turn: whatever requests arrived together join the group.
      setImmediate(() => void drain());
    });
}

function createJob<T>(
  work: (unit: Unit) => Promise<T>,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
): Job {
  let outcome: { readonly result: T } | { readonly error: unknown };
  const acts: (() => void)[] = [];
  return {
    async run(transaction) {
      try {
        outcome = { result: await work({ transaction, afterCommit: (act) => acts.push(act) }) };
      } catch (error) {
        outcome = { error };
        throw error;
      }
    },
    committed() {
      if ('error' in outcome) return reject(outcome.error);
      for (const act of acts) act();
      resolve(outcome.result);
    },
    failed: reject,
  };
}

async function runBehindSavepoint(transaction: ServiceDatabase, job: Job): Promise<void> {
  await sql`savepoint job`.execute(transaction);
  try {
    await job.run(transaction);
  } catch {
    // The job keeps its error and tells it after the commit. Undoing may fail too (SQLite has rolled everything back when
    // the disk is full): that ends the group.
    await sql`rollback to savepoint job`.execute(transaction);
  }
  await sql`release savepoint job`.execute(transaction);
}
