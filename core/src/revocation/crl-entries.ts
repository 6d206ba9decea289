import { type DerLimits, DerReader, derTag, describeTag } from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import { parseEntryExtensions } from './crl-entry.ts';
import { malformed } from './malformed.ts';
import { SerialIndex, serialDigest } from './serial-index.ts';

/** A list's entries, each checked once, found again by serial number. */
export interface IndexedEntries {
  readonly index: SerialIndex;
  /** Offsets of the entries that name another certificate issuer for themselves and those behind them (RFC 5280 §5.3.3). */
  readonly issuerChanges: readonly number[];
  /** The first critical entry extension we do not know; the list must then not be used (RFC 5280 §5.3). */
  readonly unknownCritical: string | undefined;
}

export const noEntries: IndexedEntries = { index: new SerialIndex(0), issuerChanges: [], unknownCritical: undefined };

/** RFC 5280 §4.1.2.2 allows 20; more than this is no serial number of anybody's. */
const longestSerial = 64;

/**
 * Reads `SEQUENCE OF SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }` straight from the bytes: no
 * object is made for an entry, so neither time nor memory depends on anything but its length.
 *
 * @param version  entry extensions are for version 2
 * @throws {CodedError} ERR_DER_… with the offset, ERR_REVOCATION_MALFORMED, ERR_X509_EXTENSION_DUPLICATE
 */
export function indexEntries(
  bytes: Uint8Array,
  start: number,
  end: number,
  version: 1 | 2,
  limits: DerLimits,
): IndexedEntries {
  const index = new SerialIndex(countEntries(bytes, start, end));
  const issuerChanges: number[] = [];
  let unknownCritical: string | undefined;
  for (let at = start; at < end; ) {
    const content = contentStart(bytes, at, end, derTag.sequence);
    const entryEnd = content + lengthAt(bytes, at);
    const serialEnd = readSerial(bytes, content, entryEnd);
    index.add(serialDigest(bytes, content + 2, serialEnd), at);
    const timeEnd = readTime(bytes, serialEnd, entryEnd);
    if (timeEnd < entryEnd) {
      if (version === 1) throw malformed('CRL', 'crlEntryExtensions', timeEnd);
      if (!isPlainReason(bytes, timeEnd, entryEnd)) {
        const reader = new DerReader(bytes, timeEnd, entryEnd, limits, 5);
        const extensions = parseEntryExtensions(reader.next());
        reader.finish();
        unknownCritical ??= extensions.unknownCritical;
        if (extensions.certificateIssuer !== undefined) issuerChanges.push(at);
      }
    }
    at = entryEnd;
  }
  index.sort();
  return { index, issuerChanges, unknownCritical };
}

function countEntries(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; count++) at = contentStart(bytes, at, end, derTag.sequence) + lengthAt(bytes, at);
  return count;
}

/** Where the contents of the value at `at` begin, its header and its end checked. */
function contentStart(bytes: Uint8Array, at: number, end: number, tag: number): number {
  if (at + 1 >= end) throw new CodedError('ERR_DER_TRUNCATED', { offset: end });
  const actual = bytes[at] ?? 0;
  if (actual !== tag)
    throw new CodedError('ERR_DER_TAG_UNEXPECTED', {
      offset: at,
      expected: describeTag(tag),
      actual: describeTag(actual),
    });
  const first = bytes[at + 1] ?? 0;
  let content = at + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) throw new CodedError('ERR_DER_LENGTH_INVALID', { offset: at + 1 });
    content += octets;
    if (content > end) throw new CodedError('ERR_DER_TRUNCATED', { offset: end });
    if (bytes[at + 2] === 0 || lengthAt(bytes, at) < 0x80)
      throw new CodedError('ERR_DER_LENGTH_INVALID', { offset: at + 1 });
  }
  if (lengthAt(bytes, at) > end - content) throw new CodedError('ERR_DER_TRUNCATED', { offset: end });
  return content;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return first;
  let length = 0;
  for (let index = 0; index < (first & 0x7f); index++) length = length * 256 + (bytes[at + 2 + index] ?? 0);
  return length;
}

/** The end of a minimal INTEGER of any sign: CAs have issued negative ones, and these are found as they stand. */
function readSerial(bytes: Uint8Array, at: number, end: number): number {
  const content = contentStart(bytes, at, end, derTag.integer);
  const length = lengthAt(bytes, at);
  if (length > longestSerial) throw new CodedError('ERR_DER_LIMIT_EXCEEDED', { limit: 'length', offset: at });
  const first = bytes[content] ?? 0;
  const second = bytes[content + 1] ?? 0;
  const padded = (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80);
  if (length === 0 || (length > 1 && padded))
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: at, type: describeTag(derTag.integer) });
  return content + length;
}

const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** The end of a time in the form of RFC 5280 §4.1.2.5; what passes here is read by `timeMilliseconds` later. */
function readTime(bytes: Uint8Array, at: number, end: number): number {
  const tag = at < end ? (bytes[at] ?? 0) : -1;
  if (tag < 0) throw new CodedError('ERR_DER_TRUNCATED', { offset: at });
  const digits = tag === derTag.utcTime ? 12 : 14;
  const content = contentStart(bytes, at, end, tag === derTag.utcTime ? tag : derTag.generalizedTime);
  const valid = lengthAt(bytes, at) === digits + 1 && bytes[content + digits] === 0x5a;
  if (!valid || !isTime(bytes, content, digits - 10))
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: at, type: describeTag(tag) });
  return content + digits + 1;
}

function isTime(bytes: Uint8Array, content: number, yearDigits: number): boolean {
  for (let digit = 0; digit < yearDigits + 10; digit++) {
    const octet = bytes[content + digit] ?? 0;
    if (octet < 0x30 || octet > 0x39) return false;
  }
  const rest = content + yearDigits;
  const month = two(bytes, rest);
  const day = two(bytes, rest + 2);
  if (two(bytes, rest + 4) > 23 || two(bytes, rest + 6) > 59 || two(bytes, rest + 8) > 59) return false;
  if (month < 1 || month > 12 || day < 1 || day > (daysInMonth[month - 1] ?? 0)) return false;
  return month !== 2 || day < 29 || isLeap(bytes, content, yearDigits);
}

function two(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) - 0x30) * 10 + (bytes[at + 1] ?? 0) - 0x30;
}

function isLeap(bytes: Uint8Array, content: number, yearDigits: number): boolean {
  const short = two(bytes, content + yearDigits - 2);
  if (short !== 0) return short % 4 === 0;
  return yearDigits === 2 || two(bytes, content) % 4 === 0;
}

/** SEQUENCE { SEQUENCE { reasonCode, OCTET STRING { ENUMERATED } } } up to the ENUMERATED's value: what most entries carry. */
const plainReason = Uint8Array.of(0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 10, 1);

/** Whether an entry's extensions are a reason and nothing else; its code is then the last octet. */
export function isPlainReason(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at !== plainReason.length + 1) return false;
  for (let index = 0; index < plainReason.length; index++) {
    if (bytes[at + index] !== plainReason[index]) return false;
  }
  return (bytes[end - 1] ?? 0) <= 10;
}
