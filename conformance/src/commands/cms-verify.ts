import { parseSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeMessage } from '@onelock/core/validation';
import { readArguments } from '../input/arguments.ts';
import { messageLabels, readBytes, readDerValues } from '../input/files.ts';
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
  const evidence = {
    ...readTrustOptions(args, now, locale),
    message: parseSignedData(der),
    content: contentFile === undefined ? undefined : readBytes(contentFile),
  };
  const report = judgeMessage(evidence, createNodeCrypto());
  writeResult(context, report, () => {
    const print = new Printer(locale);
    printMessageReport(print, report);
    return print.text();
  });
  return report.indication === 'passed' ? 0 : 1;
};
