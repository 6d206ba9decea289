#!/usr/bin/env node
// The program behind `onelock cert`, `onelock cms`, `onelock timestamp`, `onelock crl`, `onelock ocsp` and `onelock suite`.
import { CodedError, isCodedError } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';
import { certInspect } from './commands/cert-inspect.ts';
import { certValidate } from './commands/cert-validate.ts';
import { cmsInspect } from './commands/cms-inspect.ts';
import { cmsVerify } from './commands/cms-verify.ts';
import type { Command, ExitStatus } from './commands/command.ts';
import { crlInspect } from './commands/crl-inspect.ts';
import { crlVerify } from './commands/crl-verify.ts';
import { ocspInspect } from './commands/ocsp-inspect.ts';
import { ocspVerify } from './commands/ocsp-verify.ts';
import { suiteRun } from './commands/suite-run.ts';
import { timestampInspect } from './commands/timestamp-inspect.ts';
import { timestampVerify } from './commands/timestamp-verify.ts';
import { usageError } from './input/usage-error.ts';
import { chooseLocale } from './output/locale.ts';
import { cliWords } from './output/words.ts';

const commands: Readonly<Record<string, Command>> = {
  'cert validate': certValidate,
  'cert inspect': certInspect,
  'cms verify': cmsVerify,
  'cms inspect': cmsInspect,
  'timestamp verify': timestampVerify,
  'timestamp inspect': timestampInspect,
  'crl verify': crlVerify,
  'crl inspect': crlInspect,
  'ocsp verify': ocspVerify,
  'ocsp inspect': ocspInspect,
  'suite run': suiteRun,
};

/** `--lang` and `--json` are looked for first: even a complaint about the other words obeys them. */
function findLanguage(words: readonly string[]): string | undefined {
  const at = words.indexOf('--lang');
  return at >= 0 ? words[at + 1] : words.find((word) => word.startsWith('--lang='))?.slice('--lang='.length);
}

async function main(words: readonly string[]): Promise<ExitStatus> {
  const locale = chooseLocale(findLanguage(words), process.env);
  const json = words.includes('--json');
  const write = (text: string): void => {
    process.stdout.write(text);
  };
  if (words.length === 0 || words.includes('--help') || words.includes('-h')) {
    write(cliWords[locale].usage);
    return words.length === 0 ? 2 : 0;
  }
  try {
    const [first = '', second = '', ...rest] = words;
    const name = `${first} ${second}`;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw usageError(locale, 'unknownCommand');
    return await command(rest, { locale, json, now: new Date(), write });
  } catch (error) {
    return complain(error, locale, json);
  }
}

/** Wrong use and unreadable input, in the form that was asked for; whatever else is our own mistake and says so. */
function complain(error: unknown, locale: Locale, json: boolean): ExitStatus {
  const { code, params } = isCodedError(error)
    ? error
    : new CodedError('ERR_CLI_INTERNAL', { detail: String(error) }, { cause: error });
  const message = describeError(code, params, locale);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, params, message } }, null, 2)}\n`);
  process.stderr.write(`onelock: ${message} [${code}]\n`);
  if (code === 'ERR_CLI_USAGE') process.stderr.write(`\n${cliWords[locale].usage}`);
  return 2;
}

// Whoever reads the output may stop early (`| head`); that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2));
