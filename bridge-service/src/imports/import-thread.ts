import { Worker } from 'node:worker_threads';
import { CodedError, type ErrorCode } from '@onelock/core/errors';
import type { ImportSettings, ImportTable } from '../services/ports/import-records.ts';
import type { AuthorityMaterial, PreparedItem } from './prepare-item.ts';

export interface ReadingTask {
  readonly file: string;
  readonly name: string;
  readonly settings: ImportSettings;
  readonly scratch: string;
  readonly authorities: readonly AuthorityMaterial[];
  /** ISO 8601. */
  readonly now: string;
  /** Items that are done already: counted and not looked at. */
  readonly skip: number;
  readonly mostItems: number;
}

export type ReadingAnswer =
  | { readonly kind: 'format'; readonly format: string }
  | { readonly kind: 'table'; readonly table: ImportTable }
  | { readonly kind: 'batch'; readonly items: readonly PreparedItem[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'coded'; readonly code: ErrorCode; readonly params: CodedError['params'] }
  | { readonly kind: 'failure'; readonly failure: string };

/** What the thread may hold on its heap; buffers come on top and have limits of their own (limits.ts). */
const heapMegabytes = 384;

export interface ReadingNotice {
  format(name: string): void;
  table(table: ImportTable): void;
}

/** Starting a thread costs most of a second: one that has come to its end waits this long for more. */
const idleMs = 20_000;
/** One that is asked to stop has this long to do so. */
const stopMs = 10_000;

let idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout } | null = null;

function takeWorker(): Worker {
  if (idle !== null) {
    const { worker, timer } = idle;
    idle = null;
    clearTimeout(timer);
    worker.ref();
    return worker;
  }
  // The same kind of file as this one: sources when run from sources, with their condition.
  const source = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(`./import-worker.${source ? 'ts' : 'js'}`, import.meta.url), {
    execArgv: source ? ['--conditions=onelock-source'] : [],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  const forget = (): void => {
    if (idle?.worker === worker) idle = null;
  };
  worker.on('error', forget);
  worker.on('exit', forget);
  return worker;
}

function giveBack(worker: Worker): void {
  worker.unref();
  const timer = setTimeout(() => {
    if (idle?.worker === worker) idle = null;
    void worker.terminate();
  }, idleMs);
  timer.unref();
  if (idle !== null) {
    clearTimeout(idle.timer);
    void idle.worker.terminate();
  }
  idle = { worker, timer };
}

/** Asks the thread to leave its upload and waits for its last word; whether it came. One that hangs is ended. */
function stopped(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (done: boolean) => (): void => {
      clearTimeout(timer);
      worker.off('message', listen);
      worker.off('exit', gone);
      resolve(done);
    };
    const listen = ({ kind }: ReadingAnswer): void => {
      if (kind === 'end' || kind === 'coded') settle(true)();
    };
    const gone = settle(false);
    const timer = setTimeout(gone, stopMs);
    worker.on('message', listen);
    worker.on('exit', gone);
    worker.postMessage('stop');
  });
}

/**
 * Reads an upload on a thread of its own, where a file made to exhaust the reader ends the reading and not the service. A batch is asked for
 * when the one before is done: what is not wanted yet is not read.
 *
 * @throws {CodedError} what the reader throws; ERR_IMPORT_INTERRUPTED when it came to the end of its memory
 */
export async function* readOnThread(task: ReadingTask, notice: ReadingNotice): AsyncGenerator<readonly PreparedItem[]> {
  const worker = takeWorker();
  const answers: ReadingAnswer[] = [];
  let wake = (): void => undefined;
  const put = (answer: ReadingAnswer): void => {
    answers.push(answer);
    wake();
  };
  worker.on('message', put);
  const failed = (error: Error & { readonly code?: string }): void =>
    put(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? { kind: 'coded', code: 'ERR_IMPORT_INTERRUPTED', params: {} }
        : { kind: 'failure', failure: String(error) },
    );
  const ended = (): void => put({ kind: 'failure', failure: 'the thread that reads an import ended' });
  worker.on('error', failed);
  worker.on('exit', ended);
  worker.postMessage(task);
  let rested = false;
  let failure = false;
  try {
    for (;;) {
      const answer = answers.shift();
      if (answer === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (answer.kind === 'format') notice.format(answer.format);
      else if (answer.kind === 'table') notice.table(answer.table);
      else if (answer.kind === 'failure') {
        failure = true;
        throw new Error(answer.failure);
      } else if (answer.kind === 'batch') {
        yield answer.items;
        worker.postMessage('more');
      } else {
        failure = answer.kind === 'coded' && answer.code === 'ERR_IMPORT_INTERRUPTED';
        rested = !failure;
        if (answer.kind === 'coded') throw new CodedError(answer.code, answer.params);
        return;
      }
    }
  } finally {
    rested ||= !failure && (answers.some(({ kind }) => kind === 'end' || kind === 'coded') || (await stopped(worker)));
    worker.off('message', put);
    worker.off('error', failed);
    worker.off('exit', ended);
    if (rested) giveBack(worker);
    else await worker.terminate();
  }
}
