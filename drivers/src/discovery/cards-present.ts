import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { callOnce } from '../process/call-once.ts';

/** A card in a reader. */
export interface CardPresent {
  readonly reader: string;
  /** Lower-case hexadecimal. */
  readonly atr: string;
}

const answers = Compile(
  Type.Array(
    Type.Object({ reader: Type.String({ maxLength: 256 }), atr: Type.String({ pattern: '^([0-9a-f]{2}){0,33}$' }) }),
    { maxItems: 64 },
  ),
);

const timeoutMs = 15_000;

/**
 * Cards that are in the computer's PC/SC readers, asked for in a process of its own, like everything that loads a native library.
 *
 * @param environment  what the PC/SC library reads
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED where there is no PC/SC, ERR_DRIVER_CRASHED, ERR_DRIVER_TIMEOUT
 */
export async function listCardsPresent(
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly CardPresent[]> {
  const answer = await callOnce({
    name: 'pcsc',
    entry: new URL(
      import.meta.url.endsWith('.ts') ? './cards-present-main.ts' : './cards-present-main.js',
      import.meta.url,
    ),
    environment,
    folder: undefined,
    user: undefined,
    request: null,
    timeoutMs,
  });
  return answers.Check(answer) ? answer : [];
}
