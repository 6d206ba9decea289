import { parseSignedData } from '@onelock/core/cms';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { CodedReason } from '../services/ports/import-records.ts';
import type { Said, UploadItem } from './upload-item.ts';

const sequence = 0x30;
const objectIdentifier = 0x06;
const integer = 0x02;

/** What bytes in DER are by their first values: a certificate begins with a SEQUENCE, a message with the OID of its kind. */
export function derItems(bytes: Uint8Array, place: string, said: Said): readonly UploadItem[] {
  if (isPrivateKey(bytes)) throw new CodedError('ERR_IMPORT_PRIVATE_KEY', { place });
  if (innerTag(bytes) !== objectIdentifier) return [{ place, der: bytes, said }];
  try {
    const { certificates } = parseSignedData(bytes);
    return certificates.map((der, index) => ({ place: `${place}#${index + 1}`, der, said }));
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return [{ place, said, trouble: reasonOf(error) }];
  }
}

export const reasonOf = ({ code, params }: CodedError): CodedReason => ({ code, params });

/** PKCS#8 or PKCS#1 or RFC 5915: a version, then a key. PKCS#12, whose version is 3, is encrypted as a rule and merely not read. */
function isPrivateKey(bytes: Uint8Array): boolean {
  const start = contentStart(bytes);
  if (start === undefined || bytes[start] !== integer || bytes[start + 1] !== 1) return false;
  const version = bytes[start + 2];
  const next = bytes[start + 3];
  if (version !== 0 && version !== 1) return false;
  return next === sequence || next === integer || next === 0x04;
}

function innerTag(bytes: Uint8Array): number | undefined {
  const start = contentStart(bytes);
  return start === undefined ? undefined : bytes[start];
}

/** Of the outermost SEQUENCE, which may leave its length open (BER). */
function contentStart(bytes: Uint8Array): number | undefined {
  const length = bytes[1];
  if (bytes[0] !== sequence || length === undefined) return undefined;
  return length > 0x80 ? 2 + (length & 0x7f) : 2;
}

/** Length of the DER value at the beginning, or undefined when it is none or longer than what there is. */
export function derLength(bytes: Uint8Array): number | undefined {
  const first = bytes[1];
  if (bytes[0] !== sequence || first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4 || bytes.length < 2 + octets) return undefined;
  let length = 0;
  for (let at = 0; at < octets; at++) length = length * 256 + (bytes[2 + at] ?? 0);
  return 2 + octets + length <= bytes.length ? 2 + octets + length : undefined;
}
