import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeCertificate } from '@onelock/core/validation';
import { readArguments } from '../input/arguments.ts';
import { readCertificates } from '../input/files.ts';
import { readTrustOptions, trustOptionNames } from '../input/trust-options.ts';
import { usageError } from '../input/usage-error.ts';
import { printCertificateReport } from '../output/print-report.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `cert validate LEAF …`: the first certificate of the file is judged, any others are taken as intermediates. */
export const certValidate: Command = (words, context) => {
  const { locale, now } = context;
  const args = readArguments(words, trustOptionNames, 1, locale);
  const [file] = args.positionals;
  if (file === undefined) throw usageError(locale, 'leafMissing');
  if (args.many('trust').length === 0) throw usageError(locale, 'trustMissing');
  const trust = readTrustOptions(args, now, locale);
  const [certificate, ...bundled] = readCertificates(file);
  if (certificate === undefined) throw usageError(locale, 'notACertificate', { value: file });
  const evidence = { ...trust, certificate, intermediates: [...bundled, ...trust.intermediates] };
  const report = judgeCertificate(evidence, createNodeCrypto());
  writeResult(context, report, () => {
    const print = new Printer(locale);
    printCertificateReport(print, report);
    return print.text();
  });
  return report.indication === 'passed' ? 0 : 1;
};
