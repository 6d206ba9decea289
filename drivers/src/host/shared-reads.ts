/**
 * Lets callers share an answer that is still to come. A read that has not begun will tell whoever asks for it now what is
 * the case after they asked; one that has begun may not. So of each read one is under way and one waits, however many
 * pages ask, and none can fill a token's queue.
 */
export class SharedReads {
  readonly #waiting = new Map<string, Promise<unknown>>();

  /**
   * @param key    what is read
   * @param start  queues the read; is given what to call when it begins
   */
  read<T>(key: string, start: (begun: () => void) => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(key) as Promise<T> | undefined;
    if (waiting !== undefined) return waiting;
    let begun = false;
    const forget = (): void => {
      begun = true;
      if (mine !== undefined && this.#waiting.get(key) === mine) this.#waiting.delete(key);
    };
    let mine: Promise<T> | undefined;
    mine = start(forget).finally(forget);
    // One that began at once tells nothing to whoever asks later.
    if (!begun) this.#waiting.set(key, mine);
    return mine;
  }
}
