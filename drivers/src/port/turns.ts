import { CodedError } from '@onelock/core/errors';

/** One call per token at a time; the next waits a short turn, never races. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs an act when every earlier act of the same key has ended.
   *
   * @param waitMs  how long to wait for the turn
   * @throws {CodedError} ERR_TOKEN_BUSY when the turn did not come in time; the act is then never run
   */
  async run<T>(key: string, waitMs: number, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const mine = before.then(() => ended);
    this.#last.set(key, mine);
    try {
      await inTime(before, waitMs);
      return await act();
    } finally {
      end();
      if (this.#last.get(key) === mine) void mine.then(() => this.#forget(key, mine));
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
