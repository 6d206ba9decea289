import { concatBytes } from '@onelock/core/bytes';
import { brokenCard } from './status-words.ts';

/** One BER-TLV data object (ISO/IEC 7816-4 §5.2.2). The tag is its bytes as one number, e.g. 0x7f49. */
export interface Tlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

const maxObjects = 256;

/**
 * Reads the data objects that fill `bytes`: definite lengths, tags of at most three bytes.
 * @throws {CodedError} ERR_TOKEN_DATA_CORRUPT
 */
export function readTlvs(bytes: Uint8Array): readonly Tlv[] {
  const found: Tlv[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (found.length === maxObjects) throw brokenCard('BER-TLV', 'too many objects');
    const tag = readTag(bytes, at);
    const length = readLength(bytes, at + tag.size);
    const start = at + tag.size + length.size;
    if (length.value > bytes.length - start) throw brokenCard('BER-TLV', 'length beyond the end');
    found.push({ tag: tag.value, value: bytes.subarray(start, start + length.value) });
    at = start + length.value;
  }
  return found;
}

/** The value of the first object of that tag, or undefined. @throws {CodedError} ERR_TOKEN_DATA_CORRUPT */
export function findTlv(bytes: Uint8Array, tag: number): Uint8Array | undefined {
  return readTlvs(bytes).find((object) => object.tag === tag)?.value;
}

/** The value of an object that must be there. @throws {CodedError} ERR_TOKEN_DATA_CORRUPT */
export function demandTlv(bytes: Uint8Array, ...tags: readonly number[]): Uint8Array {
  let value = bytes;
  for (const tag of tags) {
    const inner = findTlv(value, tag);
    if (inner === undefined) throw brokenCard('BER-TLV', `no object ${tag.toString(16)}`);
    value = inner;
  }
  return value;
}

/** One data object. */
export function encodeTlv(tag: number, ...values: readonly Uint8Array[]): Uint8Array {
  const value = concatBytes(...values);
  return concatBytes(numberBytes(tag), lengthBytes(value.length), value);
}

function readTag(bytes: Uint8Array, at: number): { readonly value: number; readonly size: number } {
  let value = bytes[at] ?? 0;
  if ((value & 0x1f) !== 0x1f) return { value, size: 1 };
  for (let size = 2; size <= 3; size += 1) {
    const next = bytes[at + size - 1];
    if (next === undefined) break;
    value = value * 256 + next;
    if ((next & 0x80) === 0) return { value, size };
  }
  throw brokenCard('BER-TLV', 'tag too long');
}

function readLength(bytes: Uint8Array, at: number): { readonly value: number; readonly size: number } {
  const first = bytes[at];
  if (first === undefined) throw brokenCard('BER-TLV', 'no length');
  if (first < 0x80) return { value: first, size: 1 };
  const count = first - 0x80;
  if (count < 1 || count > 3) throw brokenCard('BER-TLV', 'length of a form that cards do not use');
  let value = 0;
  for (let index = 1; index <= count; index += 1) {
    const next = bytes[at + index];
    if (next === undefined) throw brokenCard('BER-TLV', 'length cut short');
    value = value * 256 + next;
  }
  return { value, size: 1 + count };
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes = numberBytes(length);
  return concatBytes(Uint8Array.of(0x80 + bytes.length), bytes);
}

function numberBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes.length === 0 ? [0] : bytes);
}
