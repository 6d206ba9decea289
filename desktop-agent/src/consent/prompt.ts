import { CodedError, isCodedError } from '@onelock/core/errors';
import type { WindowLanguage } from '../window/language.ts';
import type { Answer, PinView, Problem, Question, WindowQuestion } from './question.ts';

/** On whose behalf a question is asked. */
export interface Caller {
  /**
   * Aborts when nobody waits for the answer any more (the page has gone or cancelled) or it has become pointless; a
   * CodedError as the reason then tells the person and the page why.
   */
  readonly signal: AbortSignal;
  /** What the page asked for; the agent's own setting goes before it. */
  readonly language: WindowLanguage;
}

/** What became of one answer: finished, or asked again with the reason. A thrown CodedError ends the question. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'again'; readonly problem: Problem | null; readonly pin: PinView }
  /** Asked on, about something that has changed meanwhile. */
  | { readonly kind: 'changed'; readonly question: WindowQuestion };

export type Attempt<T> = (answer: Answer) => Promise<Outcome<T>>;

/**
 * Asks the person in a window of our own. Knows nothing of tokens: each answer goes to `attempt`, once, and the window
 * shows what came of it.
 *
 * Rejects with ERR_USER_CANCELLED when the person cancels or closes the window, or the caller goes away (or with the
 * CodedError that the caller's signal gives as its reason); ERR_USER_TIMEOUT { timeoutSeconds }; ERR_AGENT_WINDOW_UNAVAILABLE; ERR_AGENT_RATE_LIMITED { retryAfterMs } when too many
 * questions wait; otherwise with what `attempt` threw.
 */
export interface Prompt {
  ask<T>(question: Question, caller: Caller, attempt: Attempt<T>): Promise<T>;
}

/** Why a question ended that nobody waits for any more. */
export function reasonOfAbort(signal: AbortSignal): CodedError {
  return isCodedError(signal.reason) ? signal.reason : new CodedError('ERR_USER_CANCELLED');
}
