import { compareBytes, concatBytes, joinBytes } from '../bytes/compare.ts';
import { utf8Encode } from '../bytes/utf8.ts';
import { CodedError } from '../errors/coded-error.ts';
import { encodeOid } from './object-identifier.ts';
import { contextConstructed, contextPrimitive, derTag } from './tags.ts';

/** One value: header and contents. `tag` as in {@link derTag}, tag numbers of 31 and more included. */
export function derValue(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return derValueOf(tag, contents);
}

/** {@link derValue} of a list, which may be longer than a call can have arguments. */
export function derValueOf(tag: number, contents: readonly Uint8Array[]): Uint8Array {
  const content = contents.length === 1 && contents[0] !== undefined ? contents[0] : joinBytes(contents);
  return concatBytes(tagOctets(tag), lengthOctets(content.length), content);
}

export function derSequence(...values: readonly Uint8Array[]): Uint8Array {
  return derValue(derTag.sequence, ...values);
}

/** SET OF: the values are put in the order DER demands (X.690 §11.6). */
export function derSetOf(...values: readonly Uint8Array[]): Uint8Array {
  return derValue(derTag.set, ...[...values].sort(compareBytes));
}

/** `[number] EXPLICIT value`, number below 31. */
export function derExplicit(number: number, ...values: readonly Uint8Array[]): Uint8Array {
  return derValue(contextConstructed(number), ...values);
}

/** `[number] IMPLICIT` of a primitive type whose contents these are, number below 31. */
export function derImplicit(number: number, content: Uint8Array): Uint8Array {
  return derValue(contextPrimitive(number), content);
}

export function derBoolean(value: boolean): Uint8Array {
  return Uint8Array.of(derTag.boolean, 1, value ? 0xff : 0);
}

export function derInteger(value: number | bigint): Uint8Array {
  const octets: number[] = [];
  let left = BigInt(value);
  do {
    octets.unshift(Number(left & 0xffn));
    left >>= 8n;
  } while (!((left === 0n && (octets[0] ?? 0) < 0x80) || (left === -1n && (octets[0] ?? 0) >= 0x80)));
  return derValue(derTag.integer, Uint8Array.from(octets));
}

/** INTEGER of a non-negative magnitude, big-endian, leading zeros allowed and dropped. */
export function derUnsignedInteger(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length && magnitude[start] === 0) start++;
  const digits = magnitude.subarray(start);
  const sign = digits.length === 0 || (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0);
  return derValue(derTag.integer, sign, digits);
}

export function derOctetString(content: Uint8Array): Uint8Array {
  return derValue(derTag.octetString, content);
}

/** @param unusedBits  0 to 7 bits at the end that do not count and are zero */
export function derBitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return derValue(derTag.bitString, Uint8Array.of(unusedBits), bytes);
}

/** A named bit list such as KeyUsage: the numbers of the bits that are set, trailing zeros dropped (X.690 §11.2.2). */
export function derNamedBits(bits: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...bits);
  const bytes = new Uint8Array((highest + 8) >> 3);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return derBitString(bytes, highest < 0 ? 0 : 7 - (highest & 7));
}

export function derNull(): Uint8Array {
  return Uint8Array.of(derTag.null, 0);
}

/** @throws {CodedError} ERR_DER_VALUE_INVALID when the text is no identifier */
export function derOid(dotted: string): Uint8Array {
  return derValue(derTag.objectIdentifier, encodeOid(dotted));
}

export function derUtf8String(text: string): Uint8Array {
  return derValue(derTag.utf8String, utf8Encode(text));
}

/** @throws {CodedError} ERR_DER_VALUE_INVALID for a character outside of X.680 §41.4 */
export function derPrintableString(text: string): Uint8Array {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text))
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: 0, type: 'PrintableString' });
  return derValue(derTag.printableString, utf8Encode(text));
}

/** @throws {CodedError} ERR_DER_VALUE_INVALID for a character above 7F */
export function derIa5String(text: string): Uint8Array {
  const bytes = utf8Encode(text);
  if (bytes.some((byte) => byte > 0x7f))
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: 0, type: 'IA5String' });
  return derValue(derTag.ia5String, bytes);
}

/** UTCTime from 1950 to 2049, else GeneralizedTime (RFC 5280 §4.1.2.5). Fractions of a second are dropped. */
export function derTime(time: Date): Uint8Array {
  const year = time.getUTCFullYear();
  const digits = digitsOf(time);
  if (year >= 1950 && year < 2050) return derValue(derTag.utcTime, utf8Encode(digits.slice(2)));
  return derGeneralizedTime(time);
}

/** @throws {CodedError} ERR_DER_VALUE_INVALID for a year outside of 0–9999 or an invalid date */
export function derGeneralizedTime(time: Date): Uint8Array {
  return derValue(derTag.generalizedTime, utf8Encode(digitsOf(time)));
}

function digitsOf(time: Date): string {
  const year = time.getUTCFullYear();
  if (!(year >= 0 && year <= 9999))
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: 0, type: 'GeneralizedTime' });
  return `${time.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

function tagOctets(tag: number): Uint8Array {
  if ((tag & 0x1f) !== 0x1f) return Uint8Array.of(tag);
  const octets: number[] = [];
  for (let left = Math.floor(tag / 256); octets.length === 0 || left > 0; left >>= 7) {
    octets.unshift((left & 0x7f) | (octets.length === 0 ? 0 : 0x80));
  }
  return Uint8Array.of(tag & 0xff, ...octets);
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left & 0xff);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}
