import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers';

/** So long between two rounds of the loop: somebody else had the processor. */
const interruptedMs = 0.5;
/** For each millisecond that somebody else wanted the processor, so many without a try. */
const restPerLostMs = 30;

/**
 * Keeps the event loop from falling asleep for a moment. Where two processes hand short work to and fro, going to sleep and being
 * woken by the other costs more than the message itself. Everything else on the loop goes on as usual. Where there is but
 * one processor, or others want it, nothing is gained: then it sleeps as ever.
 */
export class StayAwake {
  readonly #ms: number;
  readonly #mayTry = availableParallelism() > 1;
  #until = 0;
  #restsUntil = 0;
  #lastRound = 0;
  #looping = false;

  /** @param ms  at most so long after the last {@link expect} */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Something is about to come. */
  expect(): void {
    if (!this.#mayTry) return;
    const now = performance.now();
    if (now < this.#restsUntil) return;
    this.#until = now + this.#ms;
    if (this.#looping) return;
    this.#looping = true;
    this.#lastRound = now;
    setImmediate(this.#round);
  }

  /** Nothing is to come any more. */
  rest(): void {
    this.#until = 0;
  }

  readonly #round = (): void => {
    const now = performance.now();
    const lost = now - this.#lastRound;
    this.#lastRound = now;
    if (lost > interruptedMs) this.#restsUntil = now + lost * restPerLostMs;
    this.#looping = now < this.#until && now >= this.#restsUntil;
    if (this.#looping) setImmediate(this.#round);
  };
}
