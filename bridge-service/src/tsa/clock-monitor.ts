import type { Clock } from '../services/ports/clock.ts';

/** Why the machine's clock is not to be believed now. */
export type ClockDoubt = 'stepped' | 'offset';

export interface ClockMonitorOptions {
  readonly clock: Clock;
  /** Milliseconds that only go forward, whatever is done to the clock. */
  readonly monotonicMs: () => number;
  /** A larger difference between the two is a step of the clock. */
  readonly toleranceMs: number;
  /** After a step the clock is not believed for so long: whoever set it has time to set it right. */
  readonly quarantineMs: number;
}

/**
 * Watches the machine's clock against the one that nobody can set. A clock that jumps, forward or back, is not believed for a while:
 * a stamp with a wrong time cannot be taken back.
 */
export class ClockMonitor {
  readonly #options: ClockMonitorOptions;
  #base: { readonly wall: number; readonly monotonic: number };
  #steppedAt: number | undefined;
  /** By a time server; null: none has been asked. */
  #offsetMs: number | null = null;

  constructor(options: ClockMonitorOptions) {
    this.#options = options;
    this.#base = { wall: options.clock().getTime(), monotonic: options.monotonicMs() };
  }

  /** Compares the clocks. To be called often: what a slow drift adds between two calls is no step. */
  doubt(): ClockDoubt | undefined {
    const { clock, monotonicMs, toleranceMs, quarantineMs } = this.#options;
    const [wall, monotonic] = [clock().getTime(), monotonicMs()];
    const jump = wall - this.#base.wall - (monotonic - this.#base.monotonic);
    this.#base = { wall, monotonic };
    if (Math.abs(jump) > toleranceMs) this.#steppedAt = monotonic;
    if (this.#steppedAt !== undefined && monotonic - this.#steppedAt < quarantineMs) return 'stepped';
    if (this.#offsetMs !== null && Math.abs(this.#offsetMs) > toleranceMs) return 'offset';
    return undefined;
  }

  /** What a time server said: its time minus ours. */
  noteOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  get offsetMs(): number | null {
    return this.#offsetMs;
  }
}
