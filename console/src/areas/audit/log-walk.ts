import { shallowRef } from 'vue';
import { newActKey, type Page } from '../../api/call.ts';
import { type Failure, failureOf } from '../../api/refusal.ts';
import { ownId } from '../../state/session.ts';
import { type AuditEntry, type AuditHead, audit, type Checkpoint, type Verification } from './api.ts';
import { readKeys } from './check/checkpoints.ts';
import { type ForEachTree, loadHashes } from './check/hashes.ts';
import { forgetWalk, keepWalk, keptWalk, mostMissing } from './check/kept-walk.ts';
import { type Restoration, readRestoration } from './check/restorations.ts';
import { beginning, type FaultRule, LogFault, LogWalk, type WalkProgress } from './check/walk-log.ts';

/** A walk over the whole log, in this browser. */
export interface WalkRun {
  readonly status: 'walking' | 'passed' | 'continued' | 'failed' | 'stopped' | 'broken-off';
  /** Entry after which it began. */
  readonly after: number;
  readonly progress: WalkProgress;
  /** Whose it is. */
  readonly by: string | null;
  /** Entries that it walks to. */
  readonly target: number;
  readonly begunAt: number;
  readonly endedAt: number | null;
  readonly roots: ForEachTree<string> | null;
  /** What the log declares that it lost. */
  readonly restorations: readonly Restoration[];
  readonly fault: { readonly sequence: number; readonly rule: FaultRule } | null;
  /** Why it could not go on. */
  readonly failure: Failure | null;
  /** The service has noted the outcome in the log. */
  readonly noted: boolean;
  /** Keys that signed the checkpoints, as their ids were computed here. */
  readonly keys: readonly string[];
}

const pageSize = 200;

/** Goes on while other pages of the console are looked at; there is one at a time. */
export const run = shallowRef<WalkRun | null>(null);
let stopping = new AbortController();

export function stopWalk(): void {
  stopping.abort();
}

/** Another person has sat down at this browser: what the one before did is not theirs. */
export function forgetOthersRun(): void {
  if (run.value === null || run.value.by === ownId()) return;
  stopWalk();
  run.value = null;
}

/** Walks from the beginning, or on from where this browser's last walk came to. Does not reject: what happens stands in {@link run}. */
export async function walkLog(from: 'beginning' | 'kept'): Promise<void> {
  if (run.value?.status === 'walking') return;
  stopping = new AbortController();
  const { signal } = stopping;
  const update = (change: Partial<WalkRun>): void => {
    if (run.value !== null) run.value = { ...run.value, ...change };
  };
  run.value = {
    ...{ status: 'walking', after: 0, progress: beginning, target: 0, begunAt: Date.now(), endedAt: null, roots: null },
    ...{ fault: null, failure: null, restorations: [], noted: false, keys: [], by: ownId() },
  };
  try {
    const [hashes, head, published, declared] = await Promise.all([
      ...([loadHashes(), audit.head(), audit.keys(), audit.restorations()] as const),
    ]);
    const restorations = declared.flatMap((entry) => readRestoration(entry) ?? []);
    const keys = readKeys(published.keys, hashes);
    const start = (from === 'kept' ? keptWalk(head.log)?.state : undefined) ?? beginning;
    update({ after: start.size, progress: start, target: head.size, restorations, keys: keys.map(({ id }) => id) });
    const checkpoints = await checkpointsAfter(start.size);
    const walk = new LogWalk(hashes, { log: head.log, keys, checkpoints, restorations }, start);
    const kept = (whole: boolean): void => {
      if (walk.missing > mostMissing) forgetWalk();
      else
        keepWalk({
          log: head.log,
          state: walk.state,
          at: new Date().toISOString(),
          whole,
          keys: keys.map(({ id }) => id),
        });
    };
    try {
      await walkTo(walk, head, signal, () => {
        update({ progress: walk.progress });
        kept(false);
      });
      const roots = await walk.finish(head);
      kept(true);
      update({
        status: restorations.length === 0 ? 'passed' : 'continued',
        progress: walk.progress,
        roots,
        endedAt: Date.now(),
      });
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      forgetWalk();
      const { sequence, rule } = error;
      const roots = await walk.roots();
      update({ status: 'failed', progress: walk.progress, roots, fault: { sequence, rule }, endedAt: Date.now() });
    }
    await note();
    update({ noted: true });
  } catch (error) {
    if (signal.aborted) update({ status: 'stopped', endedAt: Date.now() });
    else {
      const ended = ['passed', 'continued', 'failed'].includes(run.value?.status ?? '');
      update({ ...(!ended && { status: 'broken-off', endedAt: Date.now() }), failure: failureOf(error) });
    }
  }
}

async function walkTo(walk: LogWalk, head: AuditHead, signal: AbortSignal, onPage: () => void): Promise<void> {
  // The next page is on its way while this one is walked.
  let next: Promise<Page<AuditEntry>> | null = null;
  const ask = (after: number): Promise<Page<AuditEntry>> => {
    const asked = audit.after(after, Math.min(pageSize, head.size - after), signal);
    // It is awaited in its turn; until then nobody listens.
    asked.catch(() => undefined);
    return asked;
  };
  while (walk.progress.size < head.size) {
    const { size } = walk.progress;
    const page: Page<AuditEntry> = await (next ?? ask(size));
    const items: readonly AuditEntry[] = page.items;
    if (items.length === 0) throw new LogFault(size + 1, 'sequence');
    const end = size + items.length;
    next = end < head.size ? ask(end) : null;
    await walk.take(items);
    signal.throwIfAborted();
    onPage();
  }
}

async function checkpointsAfter(size: number): Promise<readonly Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (let after = size; ; ) {
    const { items, nextCursor } = await audit.checkpointsAfter(after, pageSize);
    found.push(...items);
    after = items.at(-1)?.size ?? after;
    if (nextCursor === null) return found;
  }
}

/** What was found, as the service notes it and as a file keeps it. */
export function verificationOf({ status, after, progress, roots, fault }: WalkRun): Verification | null {
  if ((status !== 'passed' && status !== 'continued' && status !== 'failed') || roots === null) return null;
  return {
    ...{ outcome: status, after, size: Math.max(1, progress.size), sm3: roots.sm3, sha256: roots.sha256 },
    ...{ checkpoints: progress.checkpoints, detailsErased: progress.detailsErased },
    ...(fault !== null && { fault }),
  };
}

async function note(): Promise<void> {
  const found = run.value === null ? null : verificationOf(run.value);
  if (found !== null) await audit.note(found, newActKey());
}
