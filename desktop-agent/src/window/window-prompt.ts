import { CodedError, isCodedError } from '@onelock/core/errors';
import { type Attempt, type Caller, type Prompt, reasonOfAbort } from '../consent/prompt.ts';
import type { Question } from '../consent/question.ts';
import type { Shell, ShellWindow } from '../shell/shell.ts';
import type { WindowLanguage } from './language.ts';
import type { WindowServer } from './window-server.ts';
import { WindowSession } from './window-session.ts';

export interface WindowPromptOptions {
  readonly server: WindowServer;
  readonly shell: Shell;
  readonly language: WindowLanguage;
  readonly timeoutMs: number;
}

/** How long a window may go on showing how it ended; its page closes itself sooner. */
const farewellMs = { done: 2_500, failed: 20_000 } as const;

/** Asks in a window: a page of the window server, put on the screen by the shell. */
export class WindowPrompt implements Prompt {
  readonly #options: WindowPromptOptions;
  readonly #leaving = new Set<() => Promise<void>>();

  constructor(options: WindowPromptOptions) {
    this.#options = options;
  }

  async ask<T>(question: Question, caller: Caller, attempt: Attempt<T>): Promise<T> {
    const { server, shell, timeoutMs } = this.#options;
    const language = this.#options.language === 'auto' ? caller.language : this.#options.language;
    // A window that still shows how its question ended makes room for the next one.
    await this.closeAll();
    const session = new WindowSession({ question, language, timeoutMs, attempt });
    const abandon = (): void => session.fail(reasonOfAbort(caller.signal));
    caller.signal.addEventListener('abort', abandon, { once: true });
    let window: ShellWindow | undefined;
    let outcome: keyof typeof farewellMs = 'failed';
    try {
      window = await this.#openWindow(session, server.add(session), shell);
      const value = await session.result;
      outcome = 'done';
      return value;
    } finally {
      caller.signal.removeEventListener('abort', abandon);
      this.#sayFarewell(session, window, outcome);
    }
  }

  /** Closes every window that is still on the screen. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#leaving].map((leave) => leave()));
  }

  async #openWindow<T>(session: WindowSession<T>, url: string, shell: Shell): Promise<ShellWindow | undefined> {
    try {
      const window = await shell.open(url);
      void window.closed.then(() => session.cancel());
      return window;
    } catch (error) {
      session.fail(isCodedError(error) ? error : new CodedError('ERR_AGENT_WINDOW_UNAVAILABLE', {}, { cause: error }));
      return undefined;
    }
  }

  #sayFarewell<T>(session: WindowSession<T>, window: ShellWindow | undefined, outcome: keyof typeof farewellMs): void {
    const leave = async (): Promise<void> => {
      clearTimeout(timer);
      this.#leaving.delete(leave);
      this.#options.server.remove(session);
      await window?.close();
    };
    const timer = setTimeout(() => void leave(), farewellMs[outcome]);
    this.#leaving.add(leave);
    void window?.closed.then(leave);
  }
}
