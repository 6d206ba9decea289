import type { ActQuestion, Answer, PickQuestion, PinView, Problem, SiteQuestion } from './question.ts';

/** What became of one answer: finished, or asked again with the reason. A thrown CodedError ends the question. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'again'; readonly problem: Problem; readonly pin: PinView };

export type Attempt<T> = (answer: Answer) => Promise<Outcome<T>>;

/**
 * Asks the person in a window of our own. Knows nothing of tokens: each answer goes to `attempt`, once, and the window
 * shows what came of it.
 *
 * Rejects with ERR_USER_CANCELLED when the person cancels or closes the window, or the caller goes away;
 * ERR_USER_TIMEOUT { timeoutSeconds }; ERR_AGENT_WINDOW_UNAVAILABLE; ERR_AGENT_RATE_LIMITED { retryAfterMs } when too many
 * questions wait; otherwise with what `attempt` threw.
 */
export interface Prompt {
  ask<T>(question: SiteQuestion | PickQuestion | ActQuestion, caller: AbortSignal, attempt: Attempt<T>): Promise<T>;
}
