import { randomBytes } from 'node:crypto';
import { CodedError } from '@onelock/core/errors';
import type { Origin } from '../transport/origin.ts';

/** What a batch had signed when its key went away. */
export interface InterruptedBatch {
  readonly origin: Origin;
  /** Certificate, items and options: only the same batch with the same key goes on. */
  readonly fingerprint: string;
  readonly signed: Map<string, Uint8Array>;
}

const keptMs = 30 * 60_000;
const maxKept = 16;

/** Batches that may go on, for half an hour, in memory alone. */
export class InterruptedBatches {
  readonly #kept = new Map<string, { readonly batch: InterruptedBatch; readonly timer: NodeJS.Timeout }>();

  /** @returns the operation's id */
  keep(batch: InterruptedBatch): string {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= maxKept && oldest !== undefined) this.#forget(oldest);
    const id = `o1_${randomBytes(18).toString('base64url')}`;
    const timer = setTimeout(() => this.#forget(id), keptMs);
    timer.unref();
    this.#kept.set(id, { batch, timer });
    return id;
  }

  /**
   * Takes a batch up again; it is kept no longer, whoever interrupts it again keeps it again.
   * @throws {CodedError} ERR_CALL_PARAMS_INVALID when it is not that site's, or not the same batch with the same key
   */
  take(id: string, origin: Origin, fingerprint: string): InterruptedBatch {
    const kept = this.#kept.get(id);
    if (kept?.batch.origin !== origin || kept.batch.fingerprint !== fingerprint)
      throw new CodedError('ERR_CALL_PARAMS_INVALID', {
        call: 'signBatch',
        field: '/resume',
        rule: 'the same items with the same key, within half an hour',
      });
    this.#forget(id);
    return kept.batch;
  }

  #forget(id: string): void {
    clearTimeout(this.#kept.get(id)?.timer);
    this.#kept.delete(id);
  }
}
