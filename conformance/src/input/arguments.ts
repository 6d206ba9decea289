import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Locale } from '@onelock/core/messages';
import { usageError } from './usage-error.ts';

export interface Arguments {
  readonly positionals: readonly string[];
  one(option: string): string | undefined;
  /** Every value of a repeatable option. */
  many(option: string): readonly string[];
  flag(option: string): boolean;
}

export interface OptionNames {
  /** Options with one value. */
  readonly one?: readonly string[];
  /** Options that may be repeated; after a value, further bare words belong to it too (`--trust a.pem b.pem`). */
  readonly many?: readonly string[];
  /** Options without a value. */
  readonly flags?: readonly string[];
}

/** Options that every command takes; read by the entry, so accepted here and passed over. */
const everywhere = { json: { type: 'boolean' }, lang: { type: 'string' } } as const;

/**
 * @param positionals  how many bare words the command takes
 * @throws {CodedError} ERR_CLI_USAGE
 */
export function readArguments(
  words: readonly string[],
  names: OptionNames,
  positionals: number,
  locale: Locale,
): Arguments {
  const { one = [], many = [], flags = [] } = names;
  const options: NonNullable<ParseArgsConfig['options']> = {
    ...everywhere,
    ...Object.fromEntries([...one, ...many].map((name) => [name, { type: 'string', multiple: true }])),
    ...Object.fromEntries(flags.map((name) => [name, { type: 'boolean' }])),
  };
  const tokens = tokenize(words, options, locale);
  const values = new Map<string, string[]>();
  const bare: string[] = [];
  const given = new Set<string>();
  let open: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'option') {
      open = many.includes(token.name) ? token.name : undefined;
      given.add(token.name);
      if (token.value !== undefined) append(values, token.name, token.value);
    } else if (token.kind === 'positional') {
      // A command's own words come first come, first served; what is left over belongs to the list before it.
      if (bare.length < positionals) bare.push(token.value);
      else if (open !== undefined) append(values, open, token.value);
      else throw usageError(locale, 'extraArgument', { value: token.value });
    }
  }
  for (const name of one) {
    if ((values.get(name)?.length ?? 0) > 1) throw usageError(locale, 'option', { value: `--${name}` });
  }
  return {
    positionals: bare,
    one: (option) => values.get(option)?.at(-1),
    many: (option) => values.get(option) ?? [],
    flag: (option) => given.has(option),
  };
}

function append(values: Map<string, string[]>, name: string, value: string): void {
  const list = values.get(name);
  if (list === undefined) values.set(name, [value]);
  else list.push(value);
}

function tokenize(words: readonly string[], options: NonNullable<ParseArgsConfig['options']>, locale: Locale) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true, tokens: true }).tokens;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError(locale, 'option', { value: error.message.split('\n')[0] ?? '' });
  }
}
