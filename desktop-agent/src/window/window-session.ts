import { randomBytes } from 'node:crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Attempt, Carrying } from '../consent/prompt.ts';
import type { Answer, PinView, Problem, WindowQuestion } from '../consent/question.ts';
import type { WindowLanguage } from './language.ts';
import { deadTimeMs, type WindowView } from './view.ts';

/** A page that vanished may be a reload; one that does not come back in this time was closed. */
const returnGraceMs = 2_000;

export interface SessionOptions<T> {
  readonly question: WindowQuestion;
  readonly siteName?: string | null;
  readonly language: WindowLanguage;
  readonly timeoutMs: number;
  readonly attempt: Attempt<T>;
}

/** What the window server sees of a session, whatever the question gives. */
export interface OpenSession {
  readonly id: string;
  /** In the address, once. */
  readonly ticket: string;
  /** In the cookie, from then on. */
  readonly secret: string;
  /** Gives the ticket's one use away; false when it was used already or the question is over. */
  redeem(): boolean;
  subscribe(push: (view: WindowView) => void): () => void;
  /** @throws {CodedError} ERR_REQUEST_CONFLICT when it is not this answer's turn */
  answer(turn: number, answer: Answer): void;
  cancel(): void;
}

/** One question from the moment its window is ordered to its end. Knows no HTTP and no shell. */
export class WindowSession<T> implements OpenSession {
  readonly id = randomBytes(12).toString('base64url');
  readonly ticket = randomBytes(32).toString('base64url');
  readonly secret = randomBytes(32).toString('base64url');
  readonly result: Promise<T>;

  readonly #options: SessionOptions<T>;
  readonly #settle: PromiseWithResolvers<T>;
  readonly #subscribers = new Set<(view: WindowView) => void>();
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  #redeemed = false;
  #phase: WindowView['phase'] = 'asking';
  /** Of the phase `on-device`: what comes of the typing can be taken back. */
  #undoable = false;
  #turn = 1;
  #problem: Problem | null = null;
  #pin: PinView | null;
  #question: WindowQuestion;
  #answerableAt = Number.POSITIVE_INFINITY;
  #absence: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions<T>) {
    this.#options = options;
    this.#question = options.question;
    this.#pin = options.question.kind === 'act' ? options.question.pin : null;
    this.#settle = Promise.withResolvers<T>();
    this.result = this.#settle.promise;
    this.#deadline = performance.now() + options.timeoutMs;
    this.#timer = setTimeout(() => this.#timeOut(), options.timeoutMs);
  }

  redeem(): boolean {
    if (this.#redeemed || this.#over) return false;
    this.#redeemed = true;
    return true;
  }

  subscribe(push: (view: WindowView) => void): () => void {
    clearTimeout(this.#absence);
    this.#subscribers.add(push);
    this.#answerableAt = Math.min(this.#answerableAt, performance.now() + deadTimeMs);
    push(this.#view());
    return () => {
      this.#subscribers.delete(push);
      if (this.#subscribers.size === 0) this.#awaitReturn();
    };
  }

  answer(turn: number, answer: Answer): void {
    if (this.#phase !== 'asking' || turn !== this.#turn || performance.now() < this.#answerableAt)
      throw new CodedError('ERR_REQUEST_CONFLICT', { field: 'turn' });
    this.#become('working', null);
    void this.#try(answer);
  }

  /** The person said no. Once an answer is being carried out it is too late for that, unless it can be taken back. */
  cancel(): void {
    if (this.#cancellable) this.#end(new CodedError('ERR_USER_CANCELLED'));
  }

  /** Ends the question from outside: nobody waits for its answer any more, or no window could be opened. */
  fail(error: CodedError): void {
    this.#end(error);
  }

  /** Whether a browser has come for the page at all. */
  get opened(): boolean {
    return this.#redeemed;
  }

  get #cancellable(): boolean {
    return this.#phase === 'asking' || (this.#phase === 'on-device' && this.#undoable);
  }

  get #over(): boolean {
    return this.#phase === 'done' || this.#phase === 'failed';
  }

  async #try(answer: Answer): Promise<void> {
    try {
      const outcome = await this.#options.attempt(answer, this.#carrying);
      if (this.#over) return;
      if (outcome.kind === 'done') this.#finish(outcome.value);
      else {
        if (outcome.kind === 'again') this.#pin = outcome.pin;
        else {
          this.#question = outcome.question;
          if (outcome.question.kind === 'act') this.#pin = outcome.question.pin;
        }
        this.#turn += 1;
        this.#become('asking', outcome.kind === 'again' ? outcome.problem : null);
        if (performance.now() >= this.#deadline) this.#timeOut();
        else if (this.#subscribers.size === 0) this.#awaitReturn();
      }
    } catch (error) {
      this.#end(isCodedError(error) ? error : new CodedError('ERR_AGENT_INTERNAL', {}, { cause: error }));
    }
  }

  readonly #carrying: Carrying = {
    onDevice: async (typing, undo) => {
      if (this.#over) throw new CodedError('ERR_USER_CANCELLED');
      this.#undoable = undo !== null;
      this.#become('on-device', null);
      try {
        const value = await typing();
        if (!this.#over || undo === null) return value;
        await undo(value);
        throw new CodedError('ERR_USER_CANCELLED');
      } finally {
        if (!this.#over) this.#become('working', null);
      }
    },
  };

  #finish(value: T): void {
    this.#stopWaiting();
    this.#settle.resolve(value);
    this.#become('done', null);
  }

  #end(error: CodedError): void {
    if (this.#over) return;
    this.#stopWaiting();
    this.#settle.reject(error);
    this.#become('failed', { code: error.code, params: error.params });
  }

  #timeOut(): void {
    // A token that is at work on the last answer has its own time limit; the person did answer.
    if (!this.#cancellable) return;
    this.#end(new CodedError('ERR_USER_TIMEOUT', { timeoutSeconds: Math.round(this.#options.timeoutMs / 1000) }));
  }

  /** Nobody looks at the window: closed, unless the page comes back (a reload). */
  #awaitReturn(): void {
    clearTimeout(this.#absence);
    this.#absence = setTimeout(() => this.cancel(), returnGraceMs);
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#absence);
  }

  #become(phase: WindowView['phase'], problem: Problem | null): void {
    this.#phase = phase;
    this.#problem = problem;
    for (const push of this.#subscribers) push(this.#view());
  }

  #view(): WindowView {
    return {
      language: this.#options.language,
      question: this.#question,
      siteName: this.#options.siteName ?? null,
      phase: this.#phase,
      cancellable: this.#cancellable,
      turn: this.#turn,
      problem: this.#problem,
      pin: this.#pin,
      remainingMs: Math.max(0, Math.round(this.#deadline - performance.now())),
    };
  }
}
