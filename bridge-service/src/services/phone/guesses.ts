import { CodedError } from '@onelock/core/errors';
import type { Clock } from '../ports/clock.ts';

const windowMs = 10 * 60_000;
/** Whoever is counted longest ago is forgotten. */
const mostKnown = 20_000;

/** Counts wrong codes of somebody, on this node, over ten minutes. */
export class Guesses {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #wrong = new Map<string, { readonly since: number; readonly count: number }>();

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /** @throws {CodedError} ERR_SERVICE_RATE_LIMITED for whoever has guessed too often */
  demandFew(who: string): void {
    const found = this.#live(who);
    if (found === undefined || found.count < this.#most) return;
    throw new CodedError('ERR_SERVICE_RATE_LIMITED', {
      retryAfterMs: found.since + windowMs - this.#clock().getTime(),
    });
  }

  count(who: string): void {
    const found = this.#live(who) ?? { since: this.#clock().getTime(), count: 0 };
    this.#wrong.delete(who);
    this.#wrong.set(who, { ...found, count: found.count + 1 });
    const [oldest] = this.#wrong.keys();
    if (this.#wrong.size > mostKnown && oldest !== undefined) this.#wrong.delete(oldest);
  }

  #live(who: string): { readonly since: number; readonly count: number } | undefined {
    const found = this.#wrong.get(who);
    return found !== undefined && this.#clock().getTime() - found.since < windowMs ? found : undefined;
  }
}
