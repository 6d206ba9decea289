import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type CrlReport, judgeCrl } from '@onelock/core/validation';
import { readArguments } from '../input/arguments.ts';
import { crlLabels, readDerValues } from '../input/files.ts';
import { readTrustOptions, trustOptionNames } from '../input/trust-options.ts';
import { usageError } from '../input/usage-error.ts';
import { printHead } from '../output/print-report.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `crl verify FILE --trust F …`: whether each list of a file is genuine, by one who may make it, fit to decide and current. */
export const crlVerify: Command = (words, context) => {
  const { locale, now } = context;
  const args = readArguments(words, trustOptionNames, 1, locale);
  const [file] = args.positionals;
  if (file === undefined) throw usageError(locale, 'fileMissing');
  if (args.many('trust').length === 0) throw usageError(locale, 'trustMissing');
  const trust = readTrustOptions(args, now, locale);
  const ops = createNodeCrypto();
  const lists = readDerValues(file, crlLabels).map((list) => judgeCrl({ ...trust, list }, ops));
  if (lists.length === 0) throw usageError(locale, 'notAList', { value: file });
  writeResult(context, { lists }, () => {
    const print = new Printer(locale);
    for (const list of lists) printList(print, list);
    return print.text();
  });
  return lists.every(({ indication }) => indication === 'passed') ? 0 : 1;
};

function printList(print: Printer, list: CrlReport): void {
  const { words } = print;
  printHead(print, list, list.issuer);
  print.field(words.validity, `${list.thisUpdate} – ${list.nextUpdate ?? '…'}`, '  ');
  print.field(words.entries, String(list.entries), '  ');
}
