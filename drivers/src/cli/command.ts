import type { CryptoOps } from '@onelock/core/crypto';
import type { Locale } from '@onelock/core/messages';
import type { Environment } from './agent-folder.ts';

export type ExitStatus = 0 | 1 | 2;

/** What every command gets: how to speak, and where this person's agent keeps its things. */
export interface CommandContext {
  readonly locale: Locale;
  readonly environment: Environment;
  readonly ops: CryptoOps;
  readonly now: () => Date;
  /** Certificates named by `--trust`. */
  readonly trust: readonly string[];
}

/** What a command has to say, in both forms; the door prints one of them. */
export interface CommandAnswer {
  readonly text: string;
  readonly json: object;
  readonly status: ExitStatus;
}

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Command {
  /** Of its own, beside `--json`, `--lang` and `--trust`. */
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>>;
  /** How many words it takes beside options: least and most. */
  readonly words: readonly [number, number];
  run(words: readonly string[], options: Options, context: CommandContext): Promise<CommandAnswer>;
}

export const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};
