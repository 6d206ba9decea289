import { CodedError } from '@onelock/core/errors';

/** One call per token at a time; the next waits a short turn, never races. */
export class Turns {
  readonly #last = new Map<string, { readonly ended: Promise<void>; readonly depth: number }>();

  /**
   * Runs an act when every earlier act of the same key has ended; at once when there is none.
   *
   * @param waitMs  how long to wait for the turn
   * @throws {CodedError} ERR_TOKEN_BUSY when the turn did not come in time; the act is then never run
   */
  async run<T>(key: string, waitMs: number, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: done, resolve: end } = Promise.withResolvers<void>();
    const mine = {
      ended: before === undefined ? done : before.ended.then(() => done),
      depth: before === undefined ? 0 : before.depth + 1,
    };
    this.#last.set(key, mine);
    try {
      if (before !== undefined) await inTime(before.ended, waitMs);
      return await act();
    } finally {
      end();
      if (before === undefined) this.#forget(key, mine);
      else void mine.ended.then(() => this.#forget(key, mine));
    }
  }

  /** Grows by one with each act that queues behind another, and ends with the queue: whoever runs sees who came after. */
  depth(key: string): number {
    return this.#last.get(key)?.depth ?? 0;
  }

  #forget(key: string, ended: { readonly ended: Promise<void>; readonly depth: number }): void {
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
