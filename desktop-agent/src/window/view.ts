import type { PinView, Problem, WindowQuestion } from '../consent/question.ts';
import type { WindowLanguage } from './language.ts';

/** What a window shows now. Pushed to the page whenever it changes; imported by the page as a type. */
export interface WindowView {
  readonly language: WindowLanguage;
  readonly question: WindowQuestion;
  /** As the trading centre registered the site; null for one that it did not, and where no site asks. */
  readonly siteName: string | null;
  /**
   * `on-device`: the device waits for what the person types on it. `failed` and `done` are final; the page then only says so
   * and closes.
   */
  readonly phase: 'asking' | 'working' | 'on-device' | 'done' | 'failed';
  /** Whether a no still counts. */
  readonly cancellable: boolean;
  /** Grows with every change that needs a new answer; an answer to an older turn is refused. */
  readonly turn: number;
  readonly problem: Problem | null;
  readonly pin: PinView | null;
  /** Milliseconds until the question times out, at the moment of sending. */
  readonly remainingMs: number;
}

/** Buttons stay dead this long after the window appears or comes to the front (click-jacking). */
export const deadTimeMs = 500;

/** The header that an answering page must send: no form and no cross-origin simple request can. */
export const windowHeader = 'x-onelock-window';
