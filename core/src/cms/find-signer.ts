import { readDer } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import { type Certificate, formatName, parseCertificate, parseName } from '../x509/index.ts';
import type { SignedData, SignerIdentifier } from './signed-data.ts';

/** Certificates inside a message that parse; the others cannot be a signer's (RFC 5652 §5.1 lets anything stand there). */
export function embeddedCertificates(message: SignedData): readonly Certificate[] {
  const parsed: Certificate[] = [];
  for (const der of message.certificates) {
    const certificate = parsedOrSkipped(der);
    if (certificate !== undefined) parsed.push(certificate);
  }
  return parsed;
}

/** Each costs a signature check, and a message may carry a thousand of one name. */
const mostOfOneName = 16;

/** Every certificate that a SignerInfo may mean, once: nobody stops a message from carrying two of one issuer and number. */
export function certificatesOf(
  identifier: SignerIdentifier,
  certificates: readonly Certificate[],
): readonly Certificate[] {
  const named: Certificate[] = [];
  for (const certificate of certificates) {
    if (named.length === mostOfOneName) break;
    if (isNamedBy(identifier, certificate) && !named.some(({ der }) => equalBytes(der, certificate.der)))
      named.push(certificate);
  }
  return named;
}

/** The identifier for people. */
export function describeSigner(identifier: SignerIdentifier): string {
  if (identifier.kind === 'subject-key-identifier')
    return Array.from(identifier.keyIdentifier, (octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${issuerText(identifier.issuerDer)} #${identifier.serialNumber}`;
}

function issuerText(der: Uint8Array): string {
  try {
    return formatName(parseName(readDer(der)));
  } catch (error) {
    if (isCodedError(error)) return '?';
    throw error;
  }
}

/** Whether an identifier means this certificate. */
export function isNamedBy(identifier: SignerIdentifier, certificate: Certificate): boolean {
  if (identifier.kind === 'issuer-and-serial')
    return (
      certificate.serialNumber === identifier.serialNumber && equalBytes(certificate.issuerDer, identifier.issuerDer)
    );
  const has = keyIdentifierOf(certificate);
  return has !== undefined && equalBytes(has, identifier.keyIdentifier);
}

function keyIdentifierOf(certificate: Certificate): Uint8Array | undefined {
  try {
    return certificate.subjectKeyIdentifier;
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}

function parsedOrSkipped(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}
