import { CodedError } from '../errors/coded-error.ts';
import type { DerNode } from './reader.ts';
import { derTag } from './tags.ts';

/** Content octets; longer identifiers exist nowhere and would only cost time. */
const maxContentLength = 64;

/**
 * An OBJECT IDENTIFIER in dotted form. Arcs are minimal base 128 (X.690 §8.19.2).
 *
 * @param tag  the tag it must have, for IMPLICIT tagging
 * @throws {CodedError} ERR_DER_TAG_UNEXPECTED, ERR_DER_VALUE_INVALID
 */
export function oidValue(node: DerNode, tag: number = derTag.objectIdentifier): string {
  const content = node.expect(tag).content;
  const slot = slotOf(content);
  const met = recent[slot];
  if (met !== undefined && sameOctets(met.content, content)) return met.text;
  const text = decodeOid(content);
  if (text === undefined)
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: node.offset, type: 'OBJECT IDENTIFIER' });
  // NOTE: never `slice`: of a Buffer that is a view, and the identifier would change with what is read into it next.
  recent[slot] = { content: new Uint8Array(content), text };
  return text;
}

/** Identifiers met lately, one for each slot: a certificate repeats some thirty that all others have too. */
const recent: ({ readonly content: Uint8Array; readonly text: string } | undefined)[] = new Array(512);

function slotOf(content: Uint8Array): number {
  let hash = content.length;
  for (let index = 0; index < content.length; index++) hash = (hash * 31 + (content[index] ?? 0)) | 0;
  return hash & 511;
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** Dotted form of the content octets, or undefined when they are no identifier. */
export function decodeOid(content: Uint8Array): string | undefined {
  if (content.length === 0 || content.length > maxContentLength || (content[content.length - 1] ?? 0) >= 0x80)
    return undefined;
  let text = '';
  for (let index = 0; index < content.length; index++) {
    if (content[index] === 0x80) return undefined;
    let arc = 0;
    let octet = content[index] ?? 0;
    const start = index;
    while (octet >= 0x80) {
      arc = arc * 128 + (octet & 0x7f);
      octet = content[++index] ?? 0;
    }
    arc = arc * 128 + octet;
    const exact = index - start < 7 ? arc : largeArc(content.subarray(start, index + 1));
    text += text === '' ? firstArcs(exact) : `.${exact}`;
  }
  return text;
}

/**
 * Content octets of a dotted identifier.
 *
 * @throws {CodedError} ERR_DER_VALUE_INVALID when the text is no identifier
 */
export function encodeOid(dotted: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9][0-9]{0,60}))+$/.test(dotted))
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: 0, type: 'OBJECT IDENTIFIER' });
  const [root = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  if (root < 2n && second > 39n)
    throw new CodedError('ERR_DER_VALUE_INVALID', { offset: 0, type: 'OBJECT IDENTIFIER' });
  return Uint8Array.from([root * 40n + second, ...rest].flatMap(base128));
}

function firstArcs(combined: number | bigint): string {
  if (combined < 40) return `0.${combined}`;
  const root = combined < 80 ? 1 : 2;
  const second = typeof combined === 'bigint' ? combined - BigInt(root * 40) : combined - root * 40;
  return `${root}.${second}`;
}

function largeArc(octets: Uint8Array): bigint {
  let arc = 0n;
  for (const octet of octets) arc = (arc << 7n) | BigInt(octet & 0x7f);
  return arc;
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let left = arc >> 7n; left > 0n; left >>= 7n) octets.unshift(Number(left & 0x7fn) | 0x80);
  return octets;
}
