import { randomBytes } from 'node:crypto';
import { CodedError } from '@onelock/core/errors';

const keptMs = 30 * 60_000;
const maxKept = 8;

interface Kept<T> {
  readonly origin: string;
  readonly value: T;
  readonly timer: NodeJS.Timeout;
}

/** What an interrupted call may go on with, for half an hour, for the site that began it. */
export class KeptFiles<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #release: (value: T) => Promise<void>;

  /** @param release  of what nobody came back for */
  constructor(release: (value: T) => Promise<void>) {
    this.#release = release;
  }

  /** @returns the operation's id */
  keep(origin: string, value: T): string {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= maxKept && oldest !== undefined) this.#drop(oldest);
    const id = `o1_${randomBytes(18).toString('base64url')}`;
    const timer = setTimeout(() => this.#drop(id), keptMs);
    timer.unref();
    this.#kept.set(id, { origin, value, timer });
    return id;
  }

  /** @throws {CodedError} ERR_CALL_PARAMS_INVALID when there is no such operation of this site */
  take(id: string, origin: string): T {
    const kept = this.#kept.get(id);
    if (kept?.origin !== origin)
      throw new CodedError('ERR_CALL_PARAMS_INVALID', {
        call: 'decryptFile',
        field: '/resume',
        rule: 'an operation of this site, within half an hour',
      });
    clearTimeout(kept.timer);
    this.#kept.delete(id);
    return kept.value;
  }

  async close(): Promise<void> {
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    for (const { timer, value } of kept) {
      clearTimeout(timer);
      await this.#release(value);
    }
  }

  #drop(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    clearTimeout(kept.timer);
    this.#kept.delete(id);
    void this.#release(kept.value);
  }
}
