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

/** The window while an answer is carried out. */
export interface Carrying {
  /**
   * Shows that the person is to type on the device now, until `typing` settles.
   *
   * @param undo  takes back what came of the typing when the question ended meanwhile; with it the person may cancel in
   *   the window too, without it only on the device
   * @throws {CodedError} ERR_USER_CANCELLED when it was undone; whatever `typing` throws
   */
  onDevice<V>(typing: () => Promise<V>, undo: ((value: V) => Promise<void>) | null): Promise<V>;
}

export type Attempt<T> = (answer: Answer, window: Carrying) => Promise<Outcome<T>>;

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
