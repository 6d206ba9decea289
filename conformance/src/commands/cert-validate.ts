import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type CertificateExplanation, explainCertificate, judgeCertificate } from '@onelock/core/validation';
import { readArguments } from '../input/arguments.ts';
import { readCertificates } from '../input/files.ts';
import { readTrustOptions, trustOptionNames } from '../input/trust-options.ts';
import { usageError } from '../input/usage-error.ts';
import { printCertificateReport, printExplanation } from '../output/print-report.ts';
import { Printer } from '../output/printer.ts';
import { type Command, type CommandContext, type ExitStatus, writeResult } from './command.ts';

/**
 * `cert validate LEAF …`: the first certificate of the file is judged, any others are taken as intermediates. With `--explain` the
 * detailed report: every constraint that was asked, where it is written, and what was tolerated.
 */
export const certValidate: Command = (words, context) => {
  const { locale, now } = context;
  const args = readArguments(words, { ...trustOptionNames, flags: ['explain'] }, 1, locale);
  const [file] = args.positionals;
  if (file === undefined) throw usageError(locale, 'leafMissing');
  if (args.many('trust').length === 0) throw usageError(locale, 'trustMissing');
  const trust = readTrustOptions(args, now, locale);
  const [certificate, ...bundled] = readCertificates(file);
  if (certificate === undefined) throw usageError(locale, 'notACertificate', { value: file });
  const evidence = { ...trust, certificate, intermediates: [...bundled, ...trust.intermediates] };
  if (args.flag('explain')) return explain(explainCertificate(evidence, createNodeCrypto()), context);
  const report = judgeCertificate(evidence, createNodeCrypto());
  writeResult(context, report, () => {
    const print = new Printer(locale);
    printCertificateReport(print, report);
    return print.text();
  });
  return report.indication === 'passed' ? 0 : 1;
};

function explain(explanation: CertificateExplanation, context: CommandContext): ExitStatus {
  writeResult(context, explanation, () => {
    const print = new Printer(context.locale);
    printCertificateReport(print, explanation.report);
    printExplanation(print, explanation);
    return print.text();
  });
  return explanation.report.indication === 'passed' ? 0 : 1;
}
