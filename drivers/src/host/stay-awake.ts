import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers';

/** So long between two rounds of the loop: something was in the way. */
const interruptedMs = 0.5;
/** Less than this is a hiccup of the machine, not somebody who wants the processor. */
const lostMs = 3;
/** For each millisecond that somebody else had the processor, so many without a try. */
const restPerLostMs = 1;

/** Between two looks for what is not due yet. */
const relaxedMs = 0.01;

/**
 * Keeps the event loop from falling asleep for a moment. Where two processes hand short work to and fro, going to sleep and being
 * woken by the other costs more than the message itself. Everything else on the loop goes on as usual. Where there is but
 * one processor, or others want it, nothing is gained: then it sleeps as ever.
 */
export class StayAwake {
  readonly #ms: number;
  readonly #mayTry: boolean;
  readonly #processorMs: () => number;
  #until = 0;
  #restsUntil = 0;
  #lastRound = 0;
  #looping = false;
  #notBefore = 0;
  /** What the processor gave this thread, at a moment since which it never slept. */
  #since = { wall: 0, processor: 0 };

  /**
   * @param ms         at most so long after the last {@link expect}
   * @param processors  `count` of the machine, `usedMs` by this thread
   */
  constructor(ms: number, { count = availableParallelism(), usedMs = usedByThisThread } = {}) {
    this.#ms = ms;
    this.#mayTry = count > 1;
    this.#processorMs = usedMs;
  }

  /**
   * Something is about to come.
   * @param notBeforeMs  until then it is looked for now and then alone: each look makes garbage, whose collection may cost more than
   *   what the look finds a moment sooner
   */
  expect(notBeforeMs = 0): void {
    if (!this.#mayTry) return;
    const now = performance.now();
    if (now < this.#restsUntil) return;
    this.#until = now + this.#ms;
    this.#notBefore = now + notBeforeMs;
    if (this.#looping) return;
    this.#looping = true;
    this.#lastRound = now;
    this.#since = { wall: now, processor: this.#processorMs() };
    setImmediate(this.#round);
  }

  /** Nothing is to come any more. */
  rest(): void {
    this.#until = 0;
  }

  readonly #round = (): void => {
    const now = performance.now();
    if (now - this.#lastRound > interruptedMs) this.#judge(now);
    this.#lastRound = now;
    if (now < this.#notBefore) while (performance.now() - now < relaxedMs);
    this.#looping = now < this.#until && now >= this.#restsUntil;
    if (this.#looping) setImmediate(this.#round);
  };

  /** Work of our own is no reason to rest; somebody else's is. */
  #judge(now: number): void {
    const processor = this.#processorMs();
    const lost = now - this.#since.wall - (processor - this.#since.processor);
    if (lost > lostMs) this.#restsUntil = now + lost * restPerLostMs;
    this.#since = { wall: now, processor };
  }
}

function usedByThisThread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
