import { Worker } from 'node:worker_threads';
import { CodedError, type ErrorCode } from '@onelock/core/errors';
import { type KeepingOrders, KeptByThread } from './kept-evidence.ts';
import type { VerificationResults, VerificationTask } from './verification-task.ts';

export interface TaskBatch extends KeepingOrders {
  readonly id: number;
  readonly tasks: readonly VerificationTask[];
}

export type TaskOutcome =
  | { readonly result: VerificationResults[VerificationTask['kind']] }
  | { readonly coded: { readonly code: ErrorCode; readonly params: CodedError['params'] } }
  | { readonly failure: string };

interface Pending {
  readonly task: VerificationTask;
  resolve(result: VerificationResults[VerificationTask['kind']]): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly kept: KeptByThread;
  /** The batch it works on. */
  current: { readonly id: number; readonly pending: readonly Pending[] } | undefined;
}

/** Tasks that go to a thread at once: enough to hide the post, few enough that no thread waits while another has a heap. */
const batchSize = 16;

const maxDeaths = 10;

/**
 * Verifies on threads. Whole judgements go there, as CryptoOps is synchronous (docs/adr/0001). A thread that dies takes its batch
 * with it (those tasks are rejected, nothing is judged twice) and is replaced.
 */
export class VerificationPool {
  private readonly threads: Thread[] = [];
  private readonly queue: Pending[] = [];
  private nextId = 1;
  private closed = false;
  private feeding = false;
  /** Deaths since the last answer: threads that cannot even start are not started for ever. */
  private deaths = 0;

  /** @param size  threads; one for each core that the service may use */
  constructor(size: number) {
    for (let index = 0; index < size; index++) this.threads.push(this.start());
  }

  /** @throws {CodedError} what the task throws: a certificate that cannot be parsed, an unsupported algorithm */
  run<T extends VerificationTask>(task: T): Promise<VerificationResults[T['kind']]> {
    if (this.closed) return Promise.reject(new Error('the verification pool is closed'));
    return new Promise((resolve, reject) => {
      this.queue.push({ task, resolve: resolve as Pending['resolve'], reject });
      if (this.feeding) return;
      this.feeding = true;
      // The next turn: whatever questions arrived together travel together.
      setImmediate(() => {
        this.feeding = false;
        this.feed();
      });
    });
  }

  /** Ends the threads; what still waits is rejected. */
  async close(): Promise<void> {
    this.closed = true;
    const waiting = [...this.threads.flatMap(({ current }) => current?.pending ?? []), ...this.queue.splice(0)];
    for (const pending of waiting) pending.reject(new Error('the verification pool is closed'));
    await Promise.all(this.threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  private start(): Thread {
    // The same kind of file as this one: sources when run from sources, with their condition.
    const source = import.meta.url.endsWith('.ts');
    const worker = new Worker(new URL(`./verification-worker.${source ? 'ts' : 'js'}`, import.meta.url), {
      execArgv: source ? ['--conditions=onelock-source'] : [],
    });
    worker.unref();
    const thread: Thread = { worker, kept: new KeptByThread(), current: undefined };
    worker.on('message', (answer: { readonly id: number; readonly outcomes: readonly TaskOutcome[] }) => {
      this.settle(thread, answer.id, answer.outcomes);
    });
    worker.on('error', (error) => this.replace(thread, error));
    worker.on('exit', () => this.replace(thread, new Error('a verification thread ended')));
    return thread;
  }

  private feed(): void {
    for (const thread of this.threads) {
      if (this.queue.length === 0) return;
      if (thread.current !== undefined) continue;
      const share = Math.ceil(this.queue.length / this.threads.length);
      const pending = this.queue.splice(0, Math.min(batchSize, share));
      thread.current = { id: this.nextId++, pending };
      thread.worker.ref();
      const tasks = pending.map(({ task }) => thread.kept.pack(task));
      thread.worker.postMessage({ id: thread.current.id, tasks, ...thread.kept.orders() } satisfies TaskBatch);
    }
  }

  private settle(thread: Thread, id: number, outcomes: readonly TaskOutcome[]): void {
    const { current } = thread;
    if (current?.id !== id) return;
    thread.current = undefined;
    this.deaths = 0;
    thread.worker.unref();
    this.feed();
    for (const [index, pending] of current.pending.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) pending.reject(new Error('a verification thread gave no answer'));
      else if ('result' in outcome) pending.resolve(outcome.result);
      else if ('coded' in outcome) pending.reject(new CodedError(outcome.coded.code, outcome.coded.params));
      else pending.reject(new Error(outcome.failure));
    }
  }

  private replace(thread: Thread, error: Error): void {
    const at = this.threads.indexOf(thread);
    if (at < 0 || this.closed) return;
    this.deaths++;
    if (this.deaths > maxDeaths) {
      for (const pending of thread.current?.pending ?? []) pending.reject(error);
      void this.close();
      return;
    }
    this.threads[at] = this.start();
    for (const pending of thread.current?.pending ?? []) pending.reject(error);
    thread.current = undefined;
    this.feed();
  }
}
