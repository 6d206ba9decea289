import { decodePem } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { readBounded } from './read-bounded.ts';

/** Files larger than this are not read: no certificate, message or list of revocations needs it. */
const largestFileBytes = 256 * 1024 * 1024;

/** @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_BYTES_TOO_LARGE */
export function readBytes(file: string): Uint8Array {
  try {
    return readBounded(file, largestFileBytes);
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
}

const pemMark = new TextEncoder().encode('-----BEGIN ');

/**
 * The DER values in a file. PEM and DER are told apart by content, here and nowhere else: a file with a PEM boundary at
 * the start of one of its lines is PEM, and everything else is one DER value.
 *
 * @param labels  PEM labels that count; blocks with others (keys, parameters) are passed over
 */
export function readDerValues(file: string, labels: readonly string[]): readonly Uint8Array[] {
  const bytes = withoutByteOrderMark(readBytes(file));
  if (!looksLikePem(bytes)) return [bytes];
  // PEM's own characters are ASCII; explanatory text around the blocks may be in any encoding.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return decodePem(text)
    .filter((block) => labels.includes(block.label))
    .map((block) => block.bytes);
}

/** Editors on Windows put U+FEFF before a text; no DER value begins with 0xEF 0xBB 0xBF. */
function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function looksLikePem(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf(pemMark); at >= 0; at = buffer.indexOf(pemMark, at + 1)) {
    // DER begins with a tag byte below 0x20 or 0x30 and a length; a boundary at the very start or after a line feed is PEM.
    if (at === 0 || (bytes[0] !== 0x30 && (bytes[at - 1] === 0x0a || bytes[at - 1] === 0x0d))) return true;
  }
  return false;
}

export const certificateLabels = ['CERTIFICATE', 'X509 CERTIFICATE'] as const;
export const messageLabels = ['CMS', 'PKCS7', 'PKCS #7 SIGNED DATA'] as const;
export const crlLabels = ['X509 CRL', 'CRL'] as const;
export const ocspLabels = ['OCSP RESPONSE'] as const;

/** Every certificate of a file, in its order. @throws {CodedError} as the parser does, and the codes of reading */
export function readCertificates(file: string): readonly Certificate[] {
  return readDerValues(file, certificateLabels).map(parseCertificate);
}
