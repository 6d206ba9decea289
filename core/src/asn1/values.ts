import { toHex } from '../bytes/hex.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { DerNode } from './reader.ts';
import { derTag, describeTag } from './tags.ts';

/**
 * Each function reads the contents of one value. `tag` is the tag it must have, for IMPLICIT tagging.
 * All throw ERR_DER_TAG_UNEXPECTED for another tag and ERR_DER_VALUE_INVALID for contents that DER forbids.
 */

/** FF is true, 00 is false, nothing else is a boolean (X.690 §11.1). */
export function booleanValue(node: DerNode, tag: number = derTag.boolean): boolean {
  const content = node.expect(tag).content;
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw invalid(node, derTag.boolean);
  return content[0] === 0xff;
}

/** Contents of an INTEGER: two's complement, big-endian, minimal (X.690 §8.3.2). At least one octet. */
export function integerBytes(node: DerNode, tag: number = derTag.integer): Uint8Array {
  const content = node.expect(tag).content;
  const first = content[0];
  const second = content[1] ?? 0;
  if (first === undefined) throw invalid(node, derTag.integer);
  if (content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
    throw invalid(node, derTag.integer);
  return content;
}

/** An INTEGER of any size. */
export function integerValue(node: DerNode, tag: number = derTag.integer): bigint {
  const bytes = integerBytes(node, tag);
  const unsigned = BigInt(`0x${toHex(bytes)}`);
  return (bytes[0] ?? 0) >= 0x80 ? unsigned - (1n << BigInt(8 * bytes.length)) : unsigned;
}

/** An INTEGER from 0 to `max` (at most 2^31 − 1). */
export function smallIntegerValue(node: DerNode, max = 0x7fffffff, tag: number = derTag.integer): number {
  const bytes = integerBytes(node, tag);
  if (bytes.length > 5 || (bytes[0] ?? 0) >= 0x80) throw invalid(node, derTag.integer);
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  if (value > max) throw invalid(node, derTag.integer);
  return value;
}

/** Magnitude of an INTEGER that must not be negative: no sign octet, and empty for zero. */
export function unsignedIntegerBytes(node: DerNode, tag: number = derTag.integer): Uint8Array {
  const bytes = integerBytes(node, tag);
  const first = bytes[0] ?? 0;
  if (first >= 0x80) throw invalid(node, derTag.integer);
  return first === 0 ? bytes.subarray(1) : bytes;
}

export function octetStringValue(node: DerNode, tag: number = derTag.octetString): Uint8Array {
  return node.expect(tag).content;
}

export interface BitString {
  /** 0 to 7 bits at the end of the last octet that do not count; DER sets them to zero (X.690 §11.2.1). */
  readonly unusedBits: number;
  readonly bytes: Uint8Array;
}

export function bitStringValue(node: DerNode, tag: number = derTag.bitString): BitString {
  const content = node.expect(tag).content;
  const unusedBits = content[0];
  const last = content.length > 1 ? (content[content.length - 1] ?? 0) : 0;
  if (unusedBits === undefined || unusedBits > 7 || (content.length === 1 && unusedBits !== 0))
    throw invalid(node, derTag.bitString);
  if ((last & ((1 << unusedBits) - 1)) !== 0) throw invalid(node, derTag.bitString);
  return { unusedBits, bytes: content.subarray(1) };
}

/** A BIT STRING of whole octets, as keys and signatures are. */
export function wholeBitStringValue(node: DerNode, tag: number = derTag.bitString): Uint8Array {
  const { unusedBits, bytes } = bitStringValue(node, tag);
  if (unusedBits !== 0) throw invalid(node, derTag.bitString);
  return bytes;
}

export function nullValue(node: DerNode, tag: number = derTag.null): null {
  if (node.expect(tag).contentLength !== 0) throw invalid(node, derTag.null);
  return null;
}

function invalid(node: DerNode, type: number): CodedError {
  return new CodedError('ERR_DER_VALUE_INVALID', { offset: node.offset, type: describeTag(type) });
}
