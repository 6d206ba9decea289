#!/usr/bin/env node
// The program behind `onelock driver`.
import { parseArgs } from 'node:util';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { describeError, type Locale, localeOf } from '@onelock/core/messages';
import type { Command, CommandAnswer, ExitStatus } from './cli/command.ts';
import { commands } from './cli/commands.ts';
import { cliWords } from './cli/words.ts';

function chooseLocale(words: readonly string[]): Locale {
  const at = words.indexOf('--lang');
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  return localeOf(at >= 0 ? words[at + 1] : LC_ALL || LC_MESSAGES || LANG);
}

async function main(words: readonly string[]): Promise<ExitStatus> {
  const locale = chooseLocale(words);
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(cliWords[locale].usage);
    return 0;
  }
  const wantsJson = words.includes('--json');
  try {
    const { text, json, status } = await runCommand(words, locale);
    process.stdout.write(wantsJson ? `${JSON.stringify(json, null, 2)}\n` : text);
    return status;
  } catch (error) {
    return complain(error, locale, wantsJson);
  }
}

/** @throws {CodedError} ERR_CLI_USAGE, and what the command throws */
async function runCommand([driver, name = '', ...rest]: readonly string[], locale: Locale): Promise<CommandAnswer> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (driver !== 'driver' || load === undefined)
    throw new CodedError('ERR_CLI_USAGE', { detail: cliWords[locale].unknownCommand });
  const command = await load();
  const { values, positionals } = readOptions(rest, command.options);
  const [least, most] = command.words;
  if (positionals.length < least || positionals.length > most)
    throw new CodedError('ERR_CLI_USAGE', { detail: cliWords[locale].wrongWords });
  const { trust = [], json: _json, lang: _lang, ...options } = values;
  return command.run(positionals, options, {
    locale,
    environment: process.env,
    ops: createNodeCrypto(),
    now: () => new Date(),
    trust: Array.isArray(trust) ? trust.map(String) : [],
  });
}

function readOptions(args: readonly string[], own: Command['options']) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...own,
        trust: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        lang: { type: 'string' },
      },
    });
  } catch (cause) {
    const detail = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new CodedError('ERR_CLI_USAGE', { detail }, { cause });
  }
}

/**
 * Wrong use, or an act that was refused, in the form that was asked for.
 * @returns 1 when what was given was understood and refused
 */
function complain(error: unknown, locale: Locale, json: boolean): ExitStatus {
  const { code, params } = isCodedError(error)
    ? error
    : new CodedError('ERR_CLI_INTERNAL', { detail: String(error) }, { cause: error });
  const message = describeError(code, params, locale);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, params, message } }, null, 2)}\n`);
  process.stderr.write(`onelock: ${message} [${code}]\n`);
  if (code === 'ERR_CLI_USAGE') process.stderr.write(`\n${cliWords[locale].usage}`);
  return refusals.has(code) ? 1 : 2;
}

const refusals: ReadonlySet<string> = new Set([
  'ERR_DRIVER_MANIFEST_MALFORMED',
  'ERR_DRIVER_MANIFEST_UNSIGNED',
  'ERR_DRIVER_MANIFEST_UNTRUSTED',
  'ERR_DRIVER_VERSION_ROLLBACK',
  'ERR_DRIVER_RECALLED',
  'ERR_DRIVER_UNKNOWN',
]);

process.exitCode = await main(process.argv.slice(2));
