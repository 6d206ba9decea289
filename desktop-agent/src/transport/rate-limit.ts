/** A token bucket: `burst` at once, `perSecond` in the long run. Time is an argument, in milliseconds. */
export class RateLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #updatedAt: number;

  constructor(limits: { readonly burst: number; readonly perSecond: number }, now: number) {
    this.#burst = limits.burst;
    this.#perSecond = limits.perSecond;
    this.#tokens = limits.burst;
    this.#updatedAt = now;
  }

  /** Takes one token; gives 0 when there was one, else the milliseconds until there will be. */
  take(now: number): number {
    const earned = (Math.max(0, now - this.#updatedAt) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#updatedAt = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }
}
