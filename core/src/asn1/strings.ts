import { utf8Decode } from '../bytes/utf8.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { DerNode } from './reader.ts';
import { derTag } from './tags.ts';

export type StringType =
  | 'UTF8String'
  | 'PrintableString'
  | 'IA5String'
  | 'BMPString'
  | 'TeletexString'
  | 'NumericString'
  | 'VisibleString'
  | 'UniversalString';

const stringTypes: ReadonlyMap<number, StringType> = new Map<number, StringType>([
  [derTag.utf8String, 'UTF8String'],
  [derTag.printableString, 'PrintableString'],
  [derTag.ia5String, 'IA5String'],
  [derTag.bmpString, 'BMPString'],
  [derTag.teletexString, 'TeletexString'],
  [derTag.numericString, 'NumericString'],
  [derTag.visibleString, 'VisibleString'],
  [derTag.universalString, 'UniversalString'],
]);

/** Which character string type a value has, or undefined when it is none. */
export function stringTypeOf(node: DerNode): StringType | undefined {
  return stringTypes.get(node.tag);
}

/**
 * Text of a character string of any type.
 *
 * NOTE: PrintableString takes every printable ASCII character, not only the 74 of X.680 §41.4: CAs in use write `@`, `*`,
 * `&` and `_` there. TeletexString is read as ISO 8859-1, as every implementation does. Nothing else is tolerated.
 *
 * @throws {CodedError} ERR_DER_TAG_UNEXPECTED, ERR_DER_VALUE_INVALID
 */
export function stringValue(node: DerNode): string {
  const type = stringTypes.get(node.tag);
  if (type === undefined) node.expect(derTag.utf8String);
  return decodeString(node, type ?? 'UTF8String');
}

/**
 * Text of a value whose type is known from its IMPLICIT tag.
 *
 * @throws {CodedError} ERR_DER_VALUE_INVALID
 */
export function decodeString(node: DerNode, type: StringType): string {
  const text = decodeText(node.content, type);
  if (text === undefined) throw new CodedError('ERR_DER_VALUE_INVALID', { offset: node.offset, type });
  return text;
}

function decodeText(content: Uint8Array, type: StringType): string | undefined {
  switch (type) {
    case 'UTF8String':
      return ascii(content, 0, 0x7f) ?? utf8OrUndefined(content);
    case 'PrintableString':
    case 'VisibleString':
      return ascii(content, 0x20, 0x7e);
    case 'IA5String':
      return ascii(content, 0, 0x7f);
    case 'TeletexString':
      return ascii(content, 0, 0xff);
    case 'NumericString':
      return content.every((octet) => octet === 0x20 || (octet >= 0x30 && octet <= 0x39))
        ? ascii(content, 0, 0x7f)
        : undefined;
    case 'BMPString':
      return wideText(content, 2);
    case 'UniversalString':
      return wideText(content, 4);
  }
}

/** One character for each octet, or undefined when one lies outside of the range. */
function ascii(content: Uint8Array, lowest: number, highest: number): string | undefined {
  let text = '';
  for (let index = 0; index < content.length; index++) {
    const octet = content[index] ?? 0;
    if (octet < lowest || octet > highest) return undefined;
    text += String.fromCharCode(octet);
  }
  return text;
}

/** Big-endian characters of 2 or 4 octets; surrogates are no characters. */
function wideText(content: Uint8Array, width: 2 | 4): string | undefined {
  if (content.length % width !== 0) return undefined;
  let text = '';
  for (let at = 0; at < content.length; at += width) {
    let point = 0;
    for (let index = at; index < at + width; index++) point = point * 256 + (content[index] ?? 0);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

function utf8OrUndefined(content: Uint8Array): string | undefined {
  try {
    return utf8Decode(content);
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}
