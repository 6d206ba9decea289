import { oidName } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import { embeddedCertificates } from '@onelock/core/cms';
import { describeSubject } from '@onelock/core/x509';
import { readArguments } from '../input/arguments.ts';
import { readToken } from '../input/read-token.ts';
import { usageError } from '../input/usage-error.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `timestamp inspect FILE`: what a token or an answer says. Nothing is judged, so it ends with 0 or 2. */
export const timestampInspect: Command = (words, context) => {
  const [file] = readArguments(words, {}, 1, context.locale).positionals;
  if (file === undefined) throw usageError(context.locale, 'fileMissing');
  const { info, signedData } = readToken(file);
  const { imprint, nonce } = info;
  const inspected = {
    time: info.time.toISOString(),
    accuracyMicroseconds: info.accuracyMicroseconds,
    ordering: info.ordering,
    serialNumber: info.serialNumber,
    policy: info.policy,
    digestAlgorithm: imprint.digestAlgorithm ?? oidName(imprint.oid) ?? imprint.oid,
    digest: toHex(imprint.digest),
    nonce: nonce === null ? null : toHex(nonce),
    family: signedData.family,
    certificates: embeddedCertificates(signedData).map(describeSubject),
  };
  writeResult(context, inspected, () => {
    const print = new Printer(context.locale);
    print.field(print.words.stampTime, inspected.time);
    print.field(print.words.policy, inspected.policy);
    print.field(print.words.serialNumber, inspected.serialNumber);
    print.field(print.words.stampedDigest, `${inspected.digestAlgorithm} ${inspected.digest}`);
    for (const { subject } of inspected.certificates) print.field(print.words.certificates, subject, '  ');
    return print.text();
  });
  return 0;
};
