import { Worker } from 'node:worker_threads';
import { CodedError } from '@onelock/core/errors';
import type { CaseResult } from './suite.ts';
import type { CaseHead, FromWorker, ToWorker, WorkerTask } from './worker-messages.ts';

export interface ThreadLimits {
  /** Longest time for one case. */
  readonly caseTimeoutMs: number;
  /** Most heap for the thread that runs the cases. */
  readonly heapMegabytes: number;
  /** The program of that thread. */
  readonly program: URL;
}

/** How a case ended that gave no answer. The thread is gone. */
export interface LostCase {
  readonly lost: 'crashed' | 'hung';
  readonly reason: string;
}

/** A thread that has read a suite and runs one case at a time. */
export class CaseThread {
  readonly cases: readonly CaseHead[];
  readonly #worker: Worker;
  readonly #limits: ThreadLimits;

  private constructor(worker: Worker, cases: readonly CaseHead[], limits: ThreadLimits) {
    this.#worker = worker;
    this.cases = cases;
    this.#limits = limits;
  }

  /** @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_SUITE_FORMAT */
  static async start(task: WorkerTask, limits: ThreadLimits): Promise<CaseThread> {
    const worker = new Worker(limits.program, {
      workerData: task,
      execArgv: import.meta.url.endsWith('.ts') ? ['--conditions=onelock-source'] : [],
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes },
    });
    const first = await nextMessage(worker);
    if (!('lost' in first) && first.kind === 'ready') return new CaseThread(worker, first.cases, limits);
    await worker.terminate();
    if ('kind' in first && first.kind === 'refused') throw new CodedError(first.code, first.params);
    throw new Error(`the suite could not be opened: ${JSON.stringify(first)}`);
  }

  async run(index: number): Promise<CaseResult | LostCase> {
    const answer = nextMessage(this.#worker, this.#limits.caseTimeoutMs);
    this.#worker.postMessage({ index } satisfies ToWorker);
    const message = await answer;
    if ('lost' in message) {
      await this.end();
      return message;
    }
    if (message.kind === 'finished') return message.result;
    throw new Error(`the thread answered ${message.kind} to case ${index}`);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The next message of a thread, or how it was lost. */
function nextMessage(worker: Worker, timeoutMs?: number): Promise<FromWorker | LostCase> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (value: FromWorker | LostCase): void => {
      clearTimeout(timer);
      worker.off('message', settle);
      worker.off('error', onError);
      worker.off('exit', onExit);
      // A thread that is gone may still report why; that is no news any more.
      if ('lost' in value) worker.on('error', () => undefined);
      resolve(value);
    };
    const onError = (error: unknown): void => settle({ lost: 'crashed', reason: String(error) });
    const onExit = (code: number): void => settle({ lost: 'crashed', reason: `the thread ended with ${code}` });
    worker.on('message', settle);
    worker.on('error', onError);
    worker.on('exit', onExit);
    if (timeoutMs !== undefined) {
      const reason = `no answer within ${timeoutMs} ms`;
      timer = setTimeout(() => settle({ lost: 'hung', reason }), timeoutMs);
    }
  });
}
