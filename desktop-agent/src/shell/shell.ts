/** Puts a page of the agent before the person's eyes. Thin on purpose: a shell knows an address and nothing else. */
export interface Shell {
  readonly name: 'chromium' | 'print';
  /** @throws {CodedError} ERR_AGENT_WINDOW_UNAVAILABLE */
  open(url: string): Promise<ShellWindow>;
}

export interface ShellWindow {
  /** Settles when the window is no more; a shell that cannot know never settles it. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}
