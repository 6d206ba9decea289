import { CodedError } from '@onelock/core/errors';
import { type Attempt, type Caller, type Prompt, reasonOfAbort } from './prompt.ts';
import type { Question } from './question.ts';

export interface PromptLimits {
  /** Questions waiting behind the open one, over all sites and for one. */
  readonly waiting: number;
  readonly waitingPerOrigin: number;
  /** Of those, questions of sites that are not allowed yet: strangers never take every place. */
  readonly waitingSites: number;
  /** After this many refusals in a row by the person, the site waits `restMs` before its next window. */
  readonly refusalsInRow: number;
  readonly restMs: number;
}

export const promptLimits: PromptLimits = {
  waiting: 12,
  waitingPerOrigin: 4,
  waitingSites: 4,
  refusalsInRow: 3,
  restMs: 60_000,
};

interface Waiting {
  readonly kind: Question['kind'];
  readonly origin: string;
  readonly start: () => void;
}

/**
 * One window at a time, in order (sites that are allowed before those that are not), and never more in waiting than a person would sit through. A site whose windows were
 * refused three times in a row rests a minute: a loop in a page must not wear the person down.
 */
export class PromptQueue implements Prompt {
  readonly #inner: Prompt;
  readonly #limits: PromptLimits;
  readonly #now: () => number;
  readonly #waiting: Waiting[] = [];
  readonly #refusals = new Map<string, { count: number; restsUntil: number }>();
  #busy = false;

  constructor(inner: Prompt, now: () => number, limits: PromptLimits = promptLimits) {
    this.#inner = inner;
    this.#now = now;
    this.#limits = limits;
  }

  async ask<T>(question: Question, caller: Caller, attempt: Attempt<T>): Promise<T> {
    this.#admit(question);
    await this.#turn(question, caller.signal);
    try {
      if (caller.signal.aborted) throw reasonOfAbort(caller.signal);
      const value = await this.#inner.ask(question, caller, attempt);
      this.#refusals.delete(question.origin);
      return value;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'ERR_USER_CANCELLED' && !caller.signal.aborted)
        this.#countRefusal(question.origin);
      throw error;
    } finally {
      this.#next();
    }
  }

  #admit({ kind, origin }: Question): void {
    const rest = (this.#refusals.get(origin)?.restsUntil ?? 0) - this.#now();
    if (rest > 0) throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: rest });
    const ofOrigin = this.#waiting.filter((entry) => entry.origin === origin).length;
    const sites = this.#waiting.filter((entry) => entry.kind === 'site').length;
    const { waiting, waitingPerOrigin, waitingSites } = this.#limits;
    const crowded = this.#waiting.length >= waiting || ofOrigin >= waitingPerOrigin;
    if (crowded || (kind === 'site' && sites >= waitingSites))
      throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: 5_000 });
  }

  #turn({ kind, origin }: Question, signal: AbortSignal): Promise<void> {
    if (!this.#busy) {
      this.#busy = true;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(reasonOfAbort(signal));
      };
      const entry: Waiting = {
        kind,
        origin,
        start: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#waiting.push(entry);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #next(): void {
    // Who is allowed already goes before strangers.
    const known = this.#waiting.findIndex(({ kind }) => kind !== 'site');
    const [next] = this.#waiting.splice(Math.max(0, known), 1);
    if (next === undefined) this.#busy = false;
    else next.start();
  }

  #countRefusal(origin: string): void {
    const count = (this.#refusals.get(origin)?.count ?? 0) + 1;
    const rests = count >= this.#limits.refusalsInRow;
    this.#refusals.set(origin, {
      count: rests ? 0 : count,
      restsUntil: rests ? this.#now() + this.#limits.restMs : 0,
    });
  }
}
