import { oidValue } from '../asn1/object-identifier.ts';
import { oids } from '../asn1/oid-registry.ts';
import { type DerNode, readDer } from '../asn1/reader.ts';
import { contextConstructed, derTag } from '../asn1/tags.ts';
import { booleanValue, octetStringValue, smallIntegerValue, wholeBitStringValue } from '../asn1/values.ts';
import {
  type AlgorithmIdentifier,
  type CryptoOps,
  type PublicKey,
  parseAlgorithmIdentifier,
  parsePublicKey,
  parseSignatureAlgorithm,
} from '../crypto/index.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { Extension } from './certificate.ts';
import { type Name, parseName } from './name.ts';

/** A parsed PKCS#10 request. Nothing is verified. */
export interface CertificateRequest {
  readonly der: Uint8Array;
  /** CertificationRequestInfo exactly as signed. */
  readonly info: Uint8Array;
  readonly subject: Name;
  /** SubjectPublicKeyInfo as it came. */
  readonly spki: Uint8Array;
  /** @throws {CodedError} ERR_CRYPTO_KEY_INVALID */
  readonly publicKey: PublicKey;
  readonly attributes: readonly { readonly oid: string; readonly values: readonly Uint8Array[] }[];
  /** Those of every extensionRequest attribute, in order: some writers make one attribute for each. */
  readonly requestedExtensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/**
 * Parses CertificationRequest, RFC 2986 §4.2.
 *
 * @throws {CodedError} ERR_X509_MALFORMED { field, offset }, ERR_X509_EXTENSION_DUPLICATE, ERR_DER_…
 */
export function parseCertificateRequest(der: Uint8Array): CertificateRequest {
  const fields = readDer(der).sequence();
  const infoNode = fields.read(derTag.sequence);
  const signatureAlgorithm = parseAlgorithmIdentifier(fields.next());
  const signature = wholeBitStringValue(fields.next());
  fields.finish();
  const info = infoNode.reader();
  const versionNode = info.next();
  if (smallIntegerValue(versionNode) !== 0) throw malformed('version', versionNode);
  const subject = parseName(info.next());
  const { der: spki } = info.read(derTag.sequence);
  const attributesNode = info.optional(contextConstructed(0));
  info.finish();
  const attributes = attributesNode === undefined ? [] : attributesNode.reader().rest().map(parseAttribute);
  return {
    ...{ der, info: infoNode.der, subject, spki },
    get publicKey() {
      return parsePublicKey(spki);
    },
    attributes,
    requestedExtensions: requestedExtensions(attributes),
    signatureAlgorithm,
    signature,
  };
}

/**
 * Proof of possession: whether the request is signed by the key it asks a certificate for. SM2 requests use the default
 * user id (GM/T 0009 §10).
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_CRYPTO_KEY_INVALID
 */
export function verifyCertificateRequest(request: CertificateRequest, ops: Pick<CryptoOps, 'verify'>): boolean {
  const { publicKey } = request;
  const algorithm = parseSignatureAlgorithm(request.signatureAlgorithm, publicKey);
  return ops.verify(publicKey, algorithm, request.info, request.signature);
}

function parseAttribute(node: DerNode): CertificateRequest['attributes'][number] {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  const values = fields.read(derTag.set).reader().rest();
  fields.finish();
  return { oid, values: values.map((value) => value.der) };
}

function requestedExtensions(attributes: CertificateRequest['attributes']): readonly Extension[] {
  const extensions = attributes
    .filter(({ oid }) => oid === oids.extensionRequest)
    .flatMap(({ values }) => values)
    .flatMap((value) => readDer(value).sequence().rest().map(parseExtension));
  const seen = new Set<string>();
  for (const { oid } of extensions) {
    if (seen.has(oid)) throw new CodedError('ERR_X509_EXTENSION_DUPLICATE', { oid });
    seen.add(oid);
  }
  return extensions;
}

function parseExtension(node: DerNode): Extension {
  const fields = node.sequence();
  const oid = oidValue(fields.next());
  const critical = fields.optional(derTag.boolean);
  const value = octetStringValue(fields.next());
  fields.finish();
  return { oid, critical: critical !== undefined && booleanValue(critical), value };
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_X509_MALFORMED', { field, offset: node.offset });
}
