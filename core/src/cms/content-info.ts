import { contextConstructed, type DerNode, type DerReader, derTag, oids, oidValue, readDer } from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import { definiteLengths } from './ber.ts';
import type { MessageFamily } from './signed-data.ts';

/** What a ContentInfo may hold, by our name. */
export type MessageKind =
  | 'signed'
  | 'enveloped'
  | 'signed-and-enveloped'
  | 'encrypted'
  | 'digested'
  | 'auth-enveloped'
  | 'data';

const types: ReadonlyMap<string, { readonly kind: MessageKind; readonly family: MessageFamily }> = new Map([
  [oids.gmSignedData, { kind: 'signed', family: 'gm' }],
  [oids.signedData, { kind: 'signed', family: 'pkcs7' }],
  [oids.gmEnvelopedData, { kind: 'enveloped', family: 'gm' }],
  [oids.envelopedData, { kind: 'enveloped', family: 'pkcs7' }],
  [oids.gmSignedAndEnvelopedData, { kind: 'signed-and-enveloped', family: 'gm' }],
  [oids.signedAndEnvelopedData, { kind: 'signed-and-enveloped', family: 'pkcs7' }],
  [oids.gmEncryptedData, { kind: 'encrypted', family: 'gm' }],
  [oids.encryptedData, { kind: 'encrypted', family: 'pkcs7' }],
  [oids.digestedData, { kind: 'digested', family: 'pkcs7' }],
  [oids.authEnvelopedData, { kind: 'auth-enveloped', family: 'pkcs7' }],
  [oids.gmData, { kind: 'data', family: 'gm' }],
  [oids.data, { kind: 'data', family: 'pkcs7' }],
]);

export interface ContentInfo {
  readonly kind: MessageKind;
  readonly family: MessageFamily;
  /** OID in dotted form. */
  readonly type: string;
  /** The one value inside of `[0] EXPLICIT`. */
  readonly content: DerNode;
}

/**
 * Opens a ContentInfo of RFC 5652 §3, RFC 2315 §7 or GB/T 35275-2017 §6, in DER or with BER's open lengths.
 *
 * @throws {CodedError} ERR_CMS_CONTENT_TYPE_UNSUPPORTED { oid }, ERR_DER_…
 */
export function readContentInfo(message: Uint8Array): ContentInfo {
  return contentInfoOf(readDer(definiteLengths(message)));
}

/** {@link readContentInfo} of a value inside of a larger one. */
export function contentInfoOf(node: DerNode): ContentInfo {
  const fields = node.sequence();
  const type = oidValue(fields.next());
  const known = types.get(type);
  if (known === undefined) throw new CodedError('ERR_CMS_CONTENT_TYPE_UNSUPPORTED', { oid: type });
  const explicit = fields.read(contextConstructed(0)).reader();
  fields.finish();
  const content = explicit.next();
  explicit.finish();
  return { ...known, type, content };
}

/**
 * What kind of message these bytes are, without reading it.
 *
 * @throws {CodedError} as {@link readContentInfo}
 */
export function messageKind(message: Uint8Array): { readonly kind: MessageKind; readonly family: MessageFamily } {
  const { kind, family } = readContentInfo(message);
  return { kind, family };
}

/** The fields of content of one of these kinds. @throws {CodedError} ERR_CMS_CONTENT_TYPE_UNSUPPORTED { oid } */
export function fieldsOf(info: ContentInfo, ...kinds: readonly MessageKind[]): DerReader {
  if (!kinds.includes(info.kind)) throw new CodedError('ERR_CMS_CONTENT_TYPE_UNSUPPORTED', { oid: info.type });
  return info.content.expect(derTag.sequence).reader();
}
