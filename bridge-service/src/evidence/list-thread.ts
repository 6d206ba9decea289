import { Worker } from 'node:worker_threads';
import { CodedError, type ErrorCode } from '@onelock/core/errors';
import type { PreparedCertificateList } from '@onelock/core/revocation';

export interface ListTask {
  readonly id: number;
  /** In shared memory. */
  readonly der: Uint8Array;
  /** SubjectPublicKeyInfo of whoever may have signed. */
  readonly keys: readonly Uint8Array[];
}

export type ListAnswer = { readonly id: number } & (
  | { readonly prepared: PreparedCertificateList }
  | { readonly coded: { readonly code: ErrorCode; readonly params: CodedError['params'] } }
  | { readonly failure: string }
);

interface Waiting {
  resolve(prepared: PreparedCertificateList): void;
  reject(error: Error): void;
}

/** What the thread may hold beside the lists themselves, which are in shared memory. */
const heapMegabytes = 256;

/** Reads lists on a thread of their own: one of a million entries takes most of a second, in which nobody else should wait. */
export class ListThread {
  #worker: Worker | undefined;
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();

  /** @throws {CodedError} as `prepareCertificateList` */
  prepare(der: Uint8Array, keys: readonly Uint8Array[]): Promise<PreparedCertificateList> {
    const worker = this.#worker ?? this.#start();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, der, keys } satisfies ListTask);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#failAll(new Error('the thread for lists is closed'));
  }

  #start(): Worker {
    // The same kind of file as this one: sources when run from sources, with their condition.
    const source = import.meta.url.endsWith('.ts');
    const worker = new Worker(new URL(`./list-worker.${source ? 'ts' : 'js'}`, import.meta.url), {
      execArgv: source ? ['--conditions=onelock-source'] : [],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    worker.unref();
    worker.on('message', (answer: ListAnswer) => this.#settle(worker, answer));
    worker.on('error', (error) => this.#ended(worker, error));
    worker.on('exit', () => this.#ended(worker, new Error('the thread for lists ended')));
    this.#worker = worker;
    return worker;
  }

  #settle(worker: Worker, answer: ListAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) worker.unref();
    if (waiting === undefined) return;
    if ('prepared' in answer) waiting.resolve(answer.prepared);
    else if ('coded' in answer) waiting.reject(new CodedError(answer.coded.code, answer.coded.params));
    else waiting.reject(new Error(answer.failure));
  }

  /** What it was asked for fails; the next task starts another. */
  #ended(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#failAll(error);
  }

  #failAll(error: Error): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }
}
