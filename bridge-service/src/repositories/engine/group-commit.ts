import { CompiledQuery } from 'kysely';
import { hold } from './bundle.ts';
import { engineOf } from './engine-of.ts';
import { release, rollback, savepoint } from './savepoint.ts';
import type { ServiceDatabase } from './schema.ts';
import { isRefusedByDatabase } from './store-unavailable.ts';

/** Jobs in one commit at most, so that nobody waits for a long row of others. */
const largestGroup = 128;

/** The one key under which writing nodes on one PostgreSQL take turns: "onelock" in ASCII. */
const writersLock = 0x6f6e656c6f636bn;
const takeTurn = CompiledQuery.raw(`select pg_advisory_xact_lock(${writersLock})`);

/** A transaction, and what is to happen at its end. */
export interface Unit<Last, Foreseen, Seen> {
  readonly transaction: ServiceDatabase;
  /** What the job foresaw, and what was read at the beginning of its group; undefined for a job that foresaw nothing. */
  readonly foreseen: Foreseen | undefined;
  readonly seen: Seen | undefined;
  /** What the jobs of its group have left for the end so far. */
  readonly earlier: readonly Last[];
  /** Written together with that of the other jobs of the group, when all of them have run; not when this job fails. */
  last(item: Last): void;
  /** Done once it is on the disk. */
  afterCommit(act: () => void): void;
}

/** What a group does beside its jobs. */
export interface Turn<Last, Foreseen, Seen> {
  /**
   * Begins it: reads what its jobs foresaw, and whatever its end needs, in one question.
   *
   * @param first  to be asked before
   */
  open(transaction: ServiceDatabase, first: readonly CompiledQuery[], foreseen: readonly Foreseen[]): Promise<Seen>;
  /** Writes what the jobs left for the end; gives what is to happen after the commit. */
  close(transaction: ServiceDatabase, seen: Seen, items: readonly Last[]): Promise<() => void>;
}

interface Job<Last, Foreseen, Seen> {
  /** Runs in the group's transaction; the outcome is told only after the commit. Without it the job is its last items alone. */
  readonly run?: (
    given: Pick<Unit<Last, Foreseen, Seen>, 'transaction' | 'foreseen' | 'seen' | 'earlier'>,
  ) => Promise<void>;
  readonly foreseen?: Foreseen | undefined;
  /** What it leaves for the end of the group: nothing when it failed. */
  lastItems(): readonly Last[];
  committed(): void;
  failed(error: unknown): void;
}

export interface GroupCommit<Last, Foreseen, Seen> {
  /**
   * @param foreseen  what the work asks for: then it is read before the work runs, together with that of other jobs. Such work may be run once more
   *   when a group fails
   */
  run<T>(work: (unit: Unit<Last, Foreseen, Seen>) => Promise<T>, foreseen?: Foreseen): Promise<T>;
  /** A job that only leaves something for the end of its group. */
  writeLast(item: Last): Promise<void>;
}

/**
 * Transactions that share the wait for the disk. Everything asked for in one turn of the event loop runs in one transaction,
 * each job behind a savepoint of its own: a job that fails undoes itself and nothing else. Nobody is answered before the one
 * commit is on the disk, and when that fails everybody's job has failed; but when the database refused something that was written together, those
 * that can be run again are, each alone, so that one bad row harms nobody else.
 *
 * With synchronous=FULL a commit costs milliseconds and blocks the only connection of SQLite, so this is what the number of writes
 * a second hangs on. On PostgreSQL nodes take turns by an advisory lock, as SQLite's `begin immediate` makes processes do: what a job
 * has read stays true until its commit on both, and a job is written once. There the number of round trips counts as well, since a node holds its
 * turn through all of them: a group whose jobs ask for nothing that was not foreseen makes two, for its beginning and its end.
 */
export function createGroupCommit<Last, Foreseen, Seen>(
  database: ServiceDatabase,
  turn: Turn<Last, Foreseen, Seen>,
): GroupCommit<Last, Foreseen, Seen> {
  type OneJob = Job<Last, Foreseen, Seen>;
  const first = engineOf(database) === 'postgres' ? [takeTurn] : [];
  let waiting: OneJob[] = [];
  let draining = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = nextGroup();
      const failure = await commitGroup(group);
      // A job that ran alone has had its chance.
      if (failure !== null && group.length > 1 && isRefusedByDatabase(failure.error)) {
        for (const job of group)
          if (job.run === undefined || job.foreseen !== undefined) await commitAlone(job);
          else job.failed(failure.error);
      } else if (failure !== null) for (const job of group) job.failed(failure.error);
      // What came in while the disk was written joins the next group.
      await nextTurn();
    }
    draining = false;
  };

  /** In the order in which they came, but those that foresaw what they ask for and those that did not go in different groups. */
  const nextGroup = (): readonly OneJob[] => {
    const group: OneJob[] = [];
    const left: OneJob[] = [];
    let foresees: boolean | undefined;
    for (const job of waiting) {
      const own = job.run === undefined ? undefined : job.foreseen !== undefined;
      const fits = group.length < largestGroup && (own === undefined || own === (foresees ?? own));
      if (fits) foresees ??= own;
      (fits ? group : left).push(job);
    }
    waiting = left;
    return group;
  };

  const commitAlone = async (job: OneJob): Promise<void> => {
    const failure = await commitGroup([job]);
    if (failure !== null) job.failed(failure.error);
  };

  /** @returns what went wrong; then nothing of it is written and nobody has been told */
  const commitGroup = async (group: readonly OneJob[]): Promise<{ readonly error: unknown } | null> => {
    let afterCommit: () => void;
    try {
      afterCommit = await database.transaction().execute((transaction) => runGroup(transaction, group));
    } catch (error) {
      return { error };
    }
    afterCommit();
    for (const job of group) job.committed();
    return null;
  };

  const runGroup = async (transaction: ServiceDatabase, group: readonly OneJob[]): Promise<() => void> => {
    const seen = await turn.open(
      transaction,
      first,
      group.flatMap(({ foreseen }) => foreseen ?? []),
    );
    const items: Last[] = [];
    for (const { run, foreseen, lastItems } of group) {
      const given = { transaction, foreseen, seen: foreseen && seen, earlier: items };
      if (run !== undefined) await runBehindSavepoint(transaction, () => run(given));
      items.push(...lastItems());
    }
    return turn.close(transaction, seen, items);
  };

  const enqueue = (job: OneJob): void => {
    waiting.push(job);
    if (draining) return;
    draining = true;
    // The next turn: whatever requests arrived together join the group.
    setImmediate(() => void drain());
  };

  return {
    run: (work, foreseen) =>
      new Promise((resolve, reject) => enqueue({ ...createJob(work, resolve, reject), foreseen })),
    writeLast: (item) =>
      new Promise((resolve, reject) => enqueue({ lastItems: () => [item], committed: resolve, failed: reject })),
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function createJob<T, Last, Foreseen, Seen>(
  work: (unit: Unit<Last, Foreseen, Seen>) => Promise<T>,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
): Job<Last, Foreseen, Seen> {
  let outcome: { readonly result: T } | { readonly error: unknown };
  let acts: (() => void)[] = [];
  let items: Last[] = [];
  return {
    async run(given) {
      acts = [];
      items = [];
      try {
        const unit: Unit<Last, Foreseen, Seen> = {
          ...given,
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

async function runBehindSavepoint(transaction: ServiceDatabase, run: () => Promise<void>): Promise<void> {
  await hold(transaction, savepoint);
  try {
    await run();
  } catch {
    // The job keeps its error and tells it after the commit. Undoing may fail too (SQLite has rolled everything back when
    // the disk is full): that ends the group.
    await hold(transaction, rollback);
  }
  await hold(transaction, release);
}
