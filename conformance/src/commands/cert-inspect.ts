import { readArguments } from '../input/arguments.ts';
import { readCertificates } from '../input/files.ts';
import { usageError } from '../input/usage-error.ts';
import { type InspectedCertificate, inspectCertificate, isMalformed } from '../output/inspect-certificate.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `cert inspect FILE`: what is in each certificate of a file. Nothing is judged, so it ends with 0 or 2. */
export const certInspect: Command = (words, context) => {
  const { positionals } = readArguments(words, {}, 1, context.locale);
  const [file] = positionals;
  if (file === undefined) throw usageError(context.locale, 'fileMissing');
  const certificates = readCertificates(file).map(inspectCertificate);
  if (certificates.length === 0) throw usageError(context.locale, 'notACertificate', { value: file });
  writeResult(context, { certificates }, () => {
    const print = new Printer(context.locale);
    for (const certificate of certificates) printCertificate(print, certificate);
    return print.text();
  });
  return 0;
};

function printCertificate(print: Printer, certificate: InspectedCertificate): void {
  const { words } = print;
  print.line(certificate.subject);
  print.field(words.issuer, certificate.issuer, '  ');
  print.field(words.serialNumber, certificate.serialNumber, '  ');
  print.field(words.validity, `${certificate.notBefore} – ${certificate.notAfter}`, '  ');
  print.field(words.key, shown(print, certificate.publicKey), '  ');
  print.field(words.signatureAlgorithm, certificate.signatureAlgorithm, '  ');
  printIdentity(print, certificate.identity);
  const { basicConstraints, keyUsage, extendedKeyUsage, subjectAltName } = certificate;
  if (basicConstraints !== null) print.field(words.basicConstraints, shown(print, basicConstraints), '  ');
  if (keyUsage !== null) print.field(words.keyUsage, shown(print, keyUsage), '  ');
  if (extendedKeyUsage !== null) print.field(words.extendedKeyUsage, shown(print, extendedKeyUsage), '  ');
  if (subjectAltName !== null) print.field(words.alternativeNames, shown(print, subjectAltName), '  ');
  const extensions = certificate.extensions.map(({ oid, name, critical }) => {
    return critical ? `${name ?? oid} (${words.critical})` : (name ?? oid);
  });
  if (extensions.length > 0) print.field(words.extensions, extensions.join(', '), '  ');
  print.field(words.digest, certificate.sha256, '  ');
}

function printIdentity(print: Printer, identity: InspectedCertificate['identity']): void {
  const { words } = print;
  if (identity.organization !== null) print.field(words.organization, identity.organization, '  ');
  const code = identity.unifiedSocialCreditCode;
  if (code === null) return;
  const check = code.checkDigitValid ? words.checkDigitRight : words.checkDigitWrong;
  print.field(words.creditCode, `${code.value} (${check})`, '  ');
}

function shown(print: Printer, value: unknown): string {
  if (isMalformed(value)) return `${print.words.malformed}  ${print.reason(value.error)}`;
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object' && value !== null && 'ca' in value) {
    const length = 'pathLength' in value && value.pathLength !== null ? `, pathlen ${String(value.pathLength)}` : '';
    return `CA ${String(value.ca)}${length}`;
  }
  return String(value);
}
