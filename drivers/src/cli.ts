#!/usr/bin/env node
// The program behind `onelock driver`.
import { parseArgs } from 'node:util';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { describeError, type Locale, localeOf } from '@onelock/core/messages';
import { findConfigs } from './cli/find-configs.ts';
import { type DeviceReport, type DriverReport, listDrivers } from './cli/list-drivers.ts';
import { cliWords } from './cli/words.ts';

type ExitStatus = 0 | 1 | 2;

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
  try {
    const { config, json } = readWords(words, locale);
    const drivers = await listDrivers(findConfigs(config, process.env), locale);
    const text = json ? `${JSON.stringify({ drivers }, null, 2)}\n` : drivers.map(showDriver(locale)).join('');
    process.stdout.write(text);
    return drivers.every(({ health }) => health === 'running') ? 0 : 1;
  } catch (error) {
    return complain(error, locale, words.includes('--json'));
  }
}

/** @throws {CodedError} ERR_CLI_USAGE */
function readWords(words: readonly string[], locale: Locale): { readonly config?: string; readonly json: boolean } {
  const [driver, list, ...rest] = words;
  if (driver !== 'driver' || list !== 'list')
    throw new CodedError('ERR_CLI_USAGE', { detail: cliWords[locale].unknownCommand });
  try {
    const { values } = parseArgs({
      args: rest,
      options: { config: { type: 'string' }, json: { type: 'boolean' }, lang: { type: 'string' } },
    });
    return { ...(values.config !== undefined && { config: values.config }), json: values.json ?? false };
  } catch (cause) {
    const detail = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new CodedError('ERR_CLI_USAGE', { detail }, { cause });
  }
}

function showDriver(locale: Locale): (driver: DriverReport) => string {
  const words = cliWords[locale];
  return ({ id, family, vendor, version, health, cause, devices }) => {
    const name = [id, family, vendor, version].filter(Boolean).join(' · ');
    const head = `${name}  ${words[health]}${cause === null ? '' : `：${cause.message} [${cause.code}]`}\n`;
    if (cause !== null) return head;
    return head + (devices.length === 0 ? `  ${words.noDevice}\n` : devices.map(showDevice(locale)).join(''));
  };
}

function showDevice(locale: Locale): (device: DeviceReport) => string {
  const words = cliWords[locale];
  return ({ label, model, serialNumber, algorithms, pin, identities }) => {
    const notes = [
      pin.locked ? words.pinLocked : pin.retriesLeft === null ? '' : `${words.retriesLeft} ${pin.retriesLeft}`,
      pin.low && pin.retriesLeft === null ? words.pinLow : '',
      pin.isDefault === true ? words.pinDefault : '',
    ];
    const facts = [
      model,
      `${words.serialNumber} ${serialNumber}`,
      algorithms.join(' '),
      `${words.identities} ${identities.length}`,
      ...notes,
    ];
    return `  ${label}  ${facts.filter(Boolean).join(' · ')}\n`;
  };
}

/** Wrong use or configuration, in the form that was asked for. */
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

process.exitCode = await main(process.argv.slice(2));
