import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeTimestamp } from '@onelock/core/validation';
import { readArguments } from '../input/arguments.ts';
import { readToken } from '../input/read-token.ts';
import { readStampedMaterial, stampedOptionNames } from '../input/stamped-material.ts';
import { readTrustOptions, trustOptionNames } from '../input/trust-options.ts';
import { usageError } from '../input/usage-error.ts';
import { printTimestampReport } from '../output/print-report.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `timestamp verify FILE --data F | --digest A:HEX | --query F …`: the verdict on a token, or on an answer that grants one. */
export const timestampVerify: Command = (words, context) => {
  const { locale, now } = context;
  const names = { ...trustOptionNames, one: [...trustOptionNames.one, ...stampedOptionNames] };
  const args = readArguments(words, names, 1, locale);
  const [file] = args.positionals;
  if (file === undefined) throw usageError(locale, 'fileMissing');
  const material = readStampedMaterial(args, locale);
  const trust = readTrustOptions(args, now, locale);
  const report = judgeTimestamp({ ...trust, ...material, token: readToken(file) }, createNodeCrypto());
  writeResult(context, report, () => {
    const print = new Printer(locale);
    printTimestampReport(print, report);
    return print.text();
  });
  return report.indication === 'passed' ? 0 : 1;
};
