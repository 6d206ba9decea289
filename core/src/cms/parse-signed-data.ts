import {
  contextConstructed,
  type DerNode,
  type DerReader,
  derTag,
  nullValue,
  octetStringValue,
  oids,
  oidValue,
  smallIntegerValue,
} from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';
import { type ContentInfo, fieldsOf, readContentInfo } from './content-info.ts';
import { parseIdentifier } from './parse-identifier.ts';
import type { Attribute, SignedData, SignerInfo } from './signed-data.ts';

/** RFC 5652 §5.3; GM/T 0010 knows the first alone. */
const signerVersions = { 'issuer-and-serial': 1, 'subject-key-identifier': 3 } as const;

/** Far beyond any honest message; each signer costs a signature check. */
const maxSigners = 64;
/** As many lists and responses: each may cost one as well. */
const maxRevocations = 256;

/**
 * Parses a ContentInfo holding SignedData: GM/T 0010 (GB/T 35275-2017 §8), RFC 5652 §5 or RFC 2315 §9. The structure is
 * checked, nothing is verified. BER's open lengths are accepted and rewritten first; offsets in errors then count in the
 * rewritten bytes.
 *
 * @throws {CodedError} ERR_CMS_CONTENT_TYPE_UNSUPPORTED { oid }, ERR_CMS_MALFORMED { field, offset }, ERR_DER_… { offset }
 */
export function parseSignedData(message: Uint8Array): SignedData {
  return signedDataOf(readContentInfo(message));
}

/** {@link parseSignedData} of a ContentInfo that is open already. */
export function signedDataOf(info: ContentInfo): SignedData {
  return { family: info.family, ...parseFields(fieldsOf(info, 'signed')) };
}

function parseFields(fields: DerReader): Omit<SignedData, 'family'> {
  const version = smallIntegerValue(fields.next(), 5);
  const digestAlgorithms = fields.read(derTag.set).reader().rest().map(algorithmOid);
  const { contentType, content } = parseEncapsulated(fields.sequence());
  const certificates = fields.optional(contextConstructed(0));
  const crls = fields.optional(contextConstructed(1));
  const signers = parseSigners(fields.read(derTag.set));
  fields.finish();
  return {
    version,
    contentType,
    content,
    digestAlgorithms,
    certificates: sequencesIn(certificates),
    ...parseRevocations(crls),
    signers,
  };
}

/** SignerInfos, in the message's order. @throws {CodedError} ERR_CMS_MALFORMED, ERR_DER_… */
export function parseSigners(node: DerNode): readonly SignerInfo[] {
  const nodes = node.reader().rest();
  if (nodes.length > maxSigners) throw malformed('signerInfos', node);
  return nodes.map(parseSigner);
}

/** NOTE: RFC 2315 allows any type here; we do octets, as RFC 5652 and GM/T 0010 do. */
function parseEncapsulated(fields: DerReader): { readonly contentType: string; readonly content: Uint8Array | null } {
  const contentType = oidValue(fields.next());
  if (fields.atEnd) return { contentType, content: null };
  const explicit = fields.read(contextConstructed(0)).reader();
  fields.finish();
  const node = explicit.next();
  explicit.finish();
  if (node.tag !== derTag.octetString) throw malformed('encapContentInfo', node);
  return { contentType, content: octetStringValue(node) };
}

/**
 * RevocationInfoChoices, RFC 5652 §10.2.1: lists, and OCSP responses as another format (RFC 5940 §2.1). Further formats are
 * passed over.
 *
 * @throws {CodedError} ERR_CMS_MALFORMED, ERR_DER_…
 */
export function parseRevocations(node: DerNode | undefined): Pick<SignedData, 'crls' | 'ocspResponses'> {
  const nodes = node?.reader().rest() ?? [];
  if (node !== undefined && nodes.length > maxRevocations) throw malformed('crls', node);
  const ocspResponses = nodes
    .filter(({ tag }) => tag === contextConstructed(1))
    .flatMap((other) => {
      const fields = other.reader();
      const format = oidValue(fields.next());
      const info = fields.next();
      fields.finish();
      return format === oids.ocspRevocationInfo ? [info.der] : [];
    });
  return { crls: sequencesIn(node), ocspResponses };
}

/** Certificates and CRLs are SEQUENCEs; the other choices (attribute certificates, extended ones) are passed over. */
export function sequencesIn(node: DerNode | undefined): readonly Uint8Array[] {
  if (node === undefined) return [];
  return node
    .reader()
    .rest()
    .filter(({ tag }) => tag === derTag.sequence)
    .map(({ der }) => der);
}

export function parseSigner(node: DerNode): SignerInfo {
  const fields = node.sequence();
  const version = smallIntegerValue(fields.next(), 5);
  const identifier = parseIdentifier(fields.next());
  if (version !== signerVersions[identifier.kind]) throw malformed('signerInfo.version', node);
  const digestAlgorithm = plainAlgorithmOid(fields.next());
  const signedAttributes = fields.optional(contextConstructed(0));
  const signatureAlgorithm = fields.next();
  const signature = octetStringValue(fields.next());
  const unsignedAttributes = fields.optional(contextConstructed(1));
  fields.finish();
  return {
    version,
    identifier,
    digestAlgorithm,
    signatureAlgorithm: algorithmOid(signatureAlgorithm),
    signatureAlgorithmDer: signatureAlgorithm.der,
    signedAttributes: signedAttributes === undefined ? null : parseAttributes(signedAttributes, 'signedAttrs'),
    signedAttributesDer: signedAttributes === undefined ? null : asSet(signedAttributes.der),
    unsignedAttributes: unsignedAttributes === undefined ? [] : parseAttributes(unsignedAttributes, 'unsignedAttrs'),
    signature,
  };
}

function parseAttributes(node: DerNode, field: string): readonly Attribute[] {
  const attributes = node.reader().rest().map(parseAttribute);
  if (attributes.length === 0) throw malformed(field, node);
  return attributes;
}

function parseAttribute(node: DerNode): Attribute {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  const values = fields
    .read(derTag.set)
    .reader()
    .rest()
    .map(({ der }) => der);
  fields.finish();
  return { oid, values };
}

/** The IMPLICIT tag [0] gives way to the SET's own: that is what was signed (RFC 5652 §5.4). */
export function asSet(der: Uint8Array): Uint8Array {
  const set = Uint8Array.from(der);
  set[0] = derTag.set;
  return set;
}

export function algorithmOid(node: DerNode): string {
  return oidValue(node.sequence().next());
}

/** A digest's parameters are absent or NULL (RFC 5754 §2, GB/T 35275); anything else would go unread. */
function plainAlgorithmOid(node: DerNode): string {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  if (!fields.atEnd) nullValue(fields.next());
  fields.finish();
  return oid;
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_CMS_MALFORMED', { field, offset: node.offset });
}
