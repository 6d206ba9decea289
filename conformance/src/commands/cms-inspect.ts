import { oidName } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import { messageKind, parseEnvelope, parseSignedData, type SignedData, type SignerInfo } from '@onelock/core/cms';
import { type Certificate, describeSubject, formatName, parseCertificate } from '@onelock/core/x509';
import { readArguments } from '../input/arguments.ts';
import { messageLabels, readDerValues } from '../input/files.ts';
import { usageError } from '../input/usage-error.ts';
import { type InspectedEnvelope, inspectEnvelope } from '../output/inspect-envelope.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

interface InspectedSigner {
  readonly signer: string;
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** null where nothing but the content is signed. */
  readonly signedAttributes: readonly string[] | null;
  readonly unsignedAttributes: readonly string[];
}

/** `cms inspect FILE`: what is in a signed message, or whom an envelope is for. Nothing is judged, so it ends with 0 or 2. */
export const cmsInspect: Command = (words, context) => {
  const { positionals } = readArguments(words, {}, 1, context.locale);
  const [file] = positionals;
  if (file === undefined) throw usageError(context.locale, 'fileMissing');
  const [der] = readDerValues(file, messageLabels);
  if (der === undefined) throw usageError(context.locale, 'oneCertificate', { value: file });
  const { kind } = messageKind(der);
  if (kind === 'enveloped' || kind === 'auth-enveloped' || kind === 'signed-and-enveloped') {
    const envelope = inspectEnvelope(parseEnvelope(der));
    writeResult(context, envelope, () => describeEnvelope(envelope, new Printer(context.locale)));
    return 0;
  }
  const message = parseSignedData(der);
  const certificates = message.certificates.map(parseCertificate);
  const inspected = {
    family: message.family,
    version: message.version,
    contentType: nameOf(message.contentType),
    contentBytes: message.content === null ? null : message.content.length,
    certificates: certificates.map(describeSubject),
    revocationLists: message.crls.length,
    signers: message.signers.map((signer) => inspectSigner(signer, certificates)),
  };
  writeResult(context, inspected, () => describe(message, inspected, new Printer(context.locale)));
  return 0;
};

const nameOf = (oid: string): string => oidName(oid) ?? oid;

function inspectSigner(signer: SignerInfo, certificates: readonly Certificate[]): InspectedSigner {
  return {
    signer: nameSigner(signer, certificates),
    digestAlgorithm: nameOf(signer.digestAlgorithm),
    signatureAlgorithm: nameOf(signer.signatureAlgorithm),
    signedAttributes: signer.signedAttributes?.map(({ oid }) => nameOf(oid)) ?? null,
    unsignedAttributes: signer.unsignedAttributes.map(({ oid }) => nameOf(oid)),
  };
}

/** The subject where the message brings the certificate, else what the message says instead. */
function nameSigner({ identifier }: SignerInfo, certificates: readonly Certificate[]): string {
  if (identifier.kind === 'subject-key-identifier') return toHex(identifier.keyIdentifier);
  const found = certificates.find((certificate) => certificate.serialNumber === identifier.serialNumber);
  return found === undefined ? identifier.serialNumber : formatName(found.subject);
}

function describe(
  message: SignedData,
  inspected: { readonly contentType: string; readonly signers: readonly InspectedSigner[] },
  print: Printer,
): string {
  const { words } = print;
  const form = message.content === null ? words.detached : words.attached;
  print.field(words.contentType, `${inspected.contentType} (${message.family}, ${form})`);
  for (const certificate of message.certificates.map(parseCertificate)) {
    print.field(words.certificates, formatName(certificate.subject), '  ');
  }
  for (const signer of inspected.signers) {
    print.field(words.signer, signer.signer, '  ');
    print.field(words.signatureAlgorithm, `${signer.signatureAlgorithm} (${signer.digestAlgorithm})`, '    ');
  }
  return print.text();
}

function describeEnvelope(envelope: InspectedEnvelope, print: Printer): string {
  const { words } = print;
  print.field(words.contentType, `${envelope.contentType} (${envelope.family}, ${envelope.kind})`);
  print.field(words.cipher, envelope.cipher);
  for (const { recipient, keyEncryption } of envelope.recipients)
    print.field(words.recipient, `${recipient} (${keyEncryption})`, '  ');
  for (const deviation of envelope.deviations) print.field(words.deviationSeen, deviation, '  ');
  return print.text();
}
