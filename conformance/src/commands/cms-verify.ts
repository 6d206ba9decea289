import { parseSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeMessage } from '@onelock/core/validation';
import { readArguments } from '../input/arguments.ts';
import { messageLabels, readDerValues } from '../input/files.ts';
import { readSignedFile } from '../input/signed-file.ts';
import { readTrustOptions, trustOptionNames } from '../input/trust-options.ts';
import { usageError } from '../input/usage-error.ts';
import { printMessageReport } from '../output/print-report.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `cms verify FILE …`: one verdict per signer and one for the whole. */
export const cmsVerify: Command = (words, context) => {
  const { locale, now } = context;
  const args = readArguments(words, { ...trustOptionNames, one: [...trustOptionNames.one, 'content'] }, 1, locale);
  const [file] = args.positionals;
  if (file === undefined) throw usageError(locale, 'fileMissing');
  const [der] = readDerValues(file, messageLabels);
  if (der === undefined) throw usageError(locale, 'oneCertificate', { value: file });
  const contentFile = args.one('content');
  const ops = createNodeCrypto();
  const trust = readTrustOptions(args, now, locale);
  const message = parseSignedData(der);
  const content =
    contentFile === undefined ? undefined : readSignedFile(contentFile, message, trust.intermediates, ops);
  const report = judgeMessage({ ...trust, message, content }, ops);
  writeResult(context, report, () => {
    const print = new Printer(locale);
    printMessageReport(print, report);
    return print.text();
  });
  return report.indication === 'passed' ? 0 : 1;
};
