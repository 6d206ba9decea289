import { oidValue } from '../asn1/object-identifier.ts';
import type { DerNode } from '../asn1/reader.ts';
import { decodeString } from '../asn1/strings.ts';
import { contextConstructed, contextPrimitive } from '../asn1/tags.ts';
import { CodedError } from '../errors/coded-error.ts';
import { type Name, parseName } from './name.ts';

/** GeneralName of RFC 5280 §4.2.1.6. Text is what was encoded: neither lower-cased nor judged as a host name or address. */
export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  /** 4 or 16 bytes; in name constraints 8 or 32, address then mask. */
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  | { readonly kind: 'directory'; readonly name: Name }
  | { readonly kind: 'registered-id'; readonly oid: string }
  | { readonly kind: 'other'; readonly oid: string; readonly value: DerNode }
  | { readonly kind: 'x400' | 'edi-party'; readonly der: Uint8Array };

/** Where the name stands decides how long an address is. */
export type GeneralNameUse = 'name' | 'constraint';

/** @throws {CodedError} ERR_X509_MALFORMED, ERR_DER_… */
export function parseGeneralName(node: DerNode, use: GeneralNameUse = 'name'): GeneralName {
  switch (node.tag) {
    case contextConstructed(0):
      return parseOtherName(node);
    case contextPrimitive(1):
      return { kind: 'email', value: decodeString(node, 'IA5String') };
    case contextPrimitive(2):
      return { kind: 'dns', value: decodeString(node, 'IA5String') };
    case contextConstructed(3):
      return { kind: 'x400', der: node.der };
    case contextConstructed(4):
      return { kind: 'directory', name: parseName(node.nested()) };
    case contextConstructed(5):
      return { kind: 'edi-party', der: node.der };
    case contextPrimitive(6):
      return { kind: 'uri', value: decodeString(node, 'IA5String') };
    case contextPrimitive(7):
      return { kind: 'ip', bytes: addressBytes(node, use) };
    case contextPrimitive(8):
      return { kind: 'registered-id', oid: oidValue(node, contextPrimitive(8)) };
    default:
      throw new CodedError('ERR_X509_MALFORMED', { field: 'GeneralName', offset: node.offset });
  }
}

/** GeneralNames: at least one. @throws {CodedError} ERR_X509_MALFORMED, ERR_DER_… */
export function parseGeneralNames(node: DerNode): readonly GeneralName[] {
  const names = node
    .reader()
    .rest()
    .map((child) => parseGeneralName(child));
  if (names.length === 0) throw new CodedError('ERR_X509_MALFORMED', { field: 'GeneralNames', offset: node.offset });
  return names;
}

function parseOtherName(node: DerNode): GeneralName {
  const fields = node.reader();
  const oid = oidValue(fields.next());
  const value = fields.read(contextConstructed(0)).nested();
  fields.finish();
  return { kind: 'other', oid, value };
}

function addressBytes(node: DerNode, use: GeneralNameUse): Uint8Array {
  const bytes = node.content;
  const factor = use === 'constraint' ? 2 : 1;
  if (bytes.length !== 4 * factor && bytes.length !== 16 * factor)
    throw new CodedError('ERR_X509_MALFORMED', { field: 'iPAddress', offset: node.offset });
  return bytes;
}
