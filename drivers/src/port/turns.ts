import { CodedError } from '@onelock/core/errors';

/** One call per token at a time; the next waits a short turn, never races. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs an act when every earlier act of the same key has ended; at once when there is none.
   *
   * @param waitMs  how long to wait for the turn
   * @param act     may ask whether somebody waits behind it
   * @throws {CodedError} ERR_TOKEN_BUSY when the turn did not come in time; the act is then never run
   */
  async run<T>(key: string, waitMs: number, act: (isWaitedFor: () => boolean) => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const mine = before === undefined ? ended : before.then(() => ended);
    this.#last.set(key, mine);
    try {
      if (before !== undefined) await inTime(before, waitMs);
      return await act(() => this.#last.get(key) !== mine);
    } finally {
      end();
      if (before === undefined) this.#forget(key, mine);
      else void mine.then(() => this.#forget(key, mine));
    }
  }

  #forget(key: string, ended: Promise<void>): void {
    if (this.#last.get(key) === ended) this.#last.delete(key);
  }
}

async function inTime(turn: Promise<void>, waitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CodedError('ERR_TOKEN_BUSY')), waitMs);
  });
  try {
    await Promise.race([turn, late]);
  } finally {
    clearTimeout(timer);
  }
}
