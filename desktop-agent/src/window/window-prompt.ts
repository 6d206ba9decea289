import { CodedError, isCodedError } from '@onelock/core/errors';
import { type Attempt, type Caller, type Prompt, reasonOfAbort } from '../consent/prompt.ts';
import type { WindowQuestion } from '../consent/question.ts';
import type { Shell, ShellWindow } from '../shell/shell.ts';
import type { WindowLanguage } from './language.ts';
import type { WindowServer } from './window-server.ts';
import { WindowSession } from './window-session.ts';

export interface WindowPromptOptions {
  readonly server: WindowServer;
  readonly shell: Shell;
  readonly language: WindowLanguage;
  readonly timeoutMs: number;
  /** The name under which the trading centre registered a site; null where it did not. */
  readonly siteName?: (origin: string) => string | null;
}

/** How long a window may go on showing how its question ended; mostly its page closes itself sooner. */
const farewellMs = { done: 2_500, cancelled: 2_500, failed: 20_000 } as const;
type Ending = keyof typeof farewellMs;

/** Asks in a window: a page of the window server, put on the screen by the shell. */
export class WindowPrompt implements Prompt {
  readonly #options: WindowPromptOptions;
  /** Windows on the screen or on their way there, each with the way to take it down. */
  readonly #windows = new Map<Promise<ShellWindow | undefined>, () => Promise<void>>();
  #closed = false;

  constructor(options: WindowPromptOptions) {
    this.#options = options;
  }

  async ask<T>(question: WindowQuestion, caller: Caller, attempt: Attempt<T>): Promise<T> {
    // A window that still shows how its question ended makes room for the next one.
    await this.#takeAllDown();
    if (this.#closed) throw new CodedError('ERR_AGENT_WINDOW_UNAVAILABLE');
    const { server, timeoutMs } = this.#options;
    const language = this.#options.language === 'auto' ? caller.language : this.#options.language;
    const siteName = 'origin' in question ? (this.#options.siteName?.(question.origin) ?? null) : null;
    const session = new WindowSession({ question, siteName, language, timeoutMs, attempt });
    const abandon = (): void => session.fail(reasonOfAbort(caller.signal));
    caller.signal.addEventListener('abort', abandon, { once: true });
    if (caller.signal.aborted) abandon();
    const takeDown = this.#putUp(session, server.add(session));
    let ending: Ending = 'failed';
    try {
      const value = await session.result;
      ending = 'done';
      return value;
    } catch (error) {
      // A device that still waits for its PIN has to be told so too, and the window says how.
      const mayWait = question.kind === 'act' && question.pinOnDevice;
      if (isCodedError(error) && error.code === 'ERR_USER_CANCELLED' && !mayWait) ending = 'cancelled';
      throw error;
    } finally {
      caller.signal.removeEventListener('abort', abandon);
      // Nobody has to read the end of a question that nobody saw.
      setTimeout(() => void takeDown(), session.opened ? farewellMs[ending] : 0);
    }
  }

  /** Takes every window down and puts none up any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#takeAllDown();
  }

  async #takeAllDown(): Promise<void> {
    await Promise.all([...this.#windows.values()].map((takeDown) => takeDown()));
  }

  /** Orders the window; gives the way to take it down, which may be gone more than once. */
  #putUp<T>(session: WindowSession<T>, url: string): () => Promise<void> {
    const window = this.#openWindow(session, url);
    const takeDown = async (): Promise<void> => {
      this.#options.server.remove(session);
      await (await window)?.close();
      this.#windows.delete(window);
    };
    this.#windows.set(window, takeDown);
    void window.then((opened) => opened?.closed.then(takeDown));
    return takeDown;
  }

  async #openWindow<T>(session: WindowSession<T>, url: string): Promise<ShellWindow | undefined> {
    try {
      const window = await this.#options.shell.open(url);
      // A browser that ended without ever asking for the page did not start; the person has refused nothing.
      void window.closed.then(() =>
        session.opened ? session.cancel() : session.fail(new CodedError('ERR_AGENT_WINDOW_UNAVAILABLE')),
      );
      return window;
    } catch (error) {
      session.fail(isCodedError(error) ? error : new CodedError('ERR_AGENT_WINDOW_UNAVAILABLE', {}, { cause: error }));
      return undefined;
    }
  }
}
