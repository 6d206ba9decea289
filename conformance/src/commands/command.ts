import type { Locale } from '@onelock/core/messages';

/** What a command is given besides its words. */
export interface CommandContext {
  readonly locale: Locale;
  readonly json: boolean;
  readonly now: Date;
  write(text: string): void;
}

/** 0 passed; 1 failed or indeterminate; 2 wrong use or unreadable input. */
export type ExitStatus = 0 | 1 | 2;

/** @throws {CodedError} for wrong use and unreadable input: the entry prints it and exits with 2 */
export type Command = (words: readonly string[], context: CommandContext) => ExitStatus | Promise<ExitStatus>;

/** Writes a result in the form that was asked for. */
export function writeResult(context: CommandContext, value: object, text: () => string): void {
  context.write(context.json ? `${JSON.stringify(value, null, 2)}\n` : text());
}
