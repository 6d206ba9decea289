import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeOcspResponse } from '@onelock/core/validation';
import { readArguments } from '../input/arguments.ts';
import { ocspLabels, readDerValues } from '../input/files.ts';
import { readTrustOptions, trustOptionNames } from '../input/trust-options.ts';
import { usageError } from '../input/usage-error.ts';
import { printHead } from '../output/print-report.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/**
 * `ocsp verify FILE --trust F …`: whether a response is genuine, by a responder who may answer, and current. What it says of the
 * certificates is printed and is no part of the verdict.
 */
export const ocspVerify: Command = (words, context) => {
  const { locale, now } = context;
  const args = readArguments(words, trustOptionNames, 1, locale);
  const [file] = args.positionals;
  if (file === undefined) throw usageError(locale, 'fileMissing');
  if (args.many('trust').length === 0) throw usageError(locale, 'trustMissing');
  const trust = readTrustOptions(args, now, locale);
  const [response] = readDerValues(file, ocspLabels);
  if (response === undefined) throw usageError(locale, 'notAResponse', { value: file });
  const report = judgeOcspResponse({ ...trust, response }, createNodeCrypto());
  writeResult(context, report, () => {
    const print = new Printer(locale);
    printHead(print, report, report.producedAt ?? '');
    for (const { serialNumber, status, thisUpdate, nextUpdate } of report.answers)
      print.line(`  ${serialNumber}  ${status}  ${thisUpdate} – ${nextUpdate ?? '…'}`);
    return print.text();
  });
  return report.indication === 'passed' ? 0 : 1;
};
