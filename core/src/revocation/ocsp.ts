import {
  contextConstructed,
  contextPrimitive,
  type DerNode,
  type DerReader,
  derTag,
  nullValue,
  octetStringValue,
  oids,
  oidValue,
  readDer,
  smallIntegerValue,
  timeMilliseconds,
  wholeBitStringValue,
} from '../asn1/index.ts';
import { type AlgorithmIdentifier, parseAlgorithmIdentifier } from '../crypto/index.ts';
import { type Name, parseName } from '../x509/index.ts';
import { type EvidenceExtension, parseExtensions } from './extensions.ts';
import { malformed } from './malformed.ts';
import { type OcspCertificateId, parseCertificateId } from './ocsp-certificate-id.ts';
import { type RevocationReason, reasonOfCode } from './reasons.ts';

/** OCSPResponseStatus, RFC 6960 §4.2.1; 4 is not used. */
const statuses = [
  'successful',
  'malformed-request',
  'internal-error',
  'try-later',
  undefined,
  'signature-required',
  'unauthorized',
] as const;

export type OcspResponseStatus = NonNullable<(typeof statuses)[number]>;

export type OcspResponse =
  | { readonly status: 'successful'; readonly basic: BasicOcspResponse }
  /** The responder did not answer; such a message is not signed and proves nothing. */
  | { readonly status: Exclude<OcspResponseStatus, 'successful'> };

export type ResponderId =
  | { readonly kind: 'name'; readonly name: Name }
  /** SHA-1 of the responder's key, whatever digests are used elsewhere. */
  | { readonly kind: 'key'; readonly keyHash: Uint8Array };

export interface BasicOcspResponse {
  /** ResponseData exactly as signed. */
  readonly tbs: Uint8Array;
  readonly responderId: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly SingleOcspResponse[];
  readonly extensions: readonly EvidenceExtension[];
  /** The OCTET STRING inside the extension, or its bare contents where a responder leaves that away. */
  readonly nonce: Uint8Array | undefined;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** DER of the certificates that came along: help to find the signer, never trusted for being here. */
  readonly certificates: readonly Uint8Array[];
}

export interface SingleOcspResponse {
  readonly certificateId: OcspCertificateId;
  readonly certificateStatus:
    | { readonly kind: 'good' | 'unknown' }
    | { readonly kind: 'revoked'; readonly at: Date; readonly reason: RevocationReason };
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** Since when the key is thought to have been bad (RFC 6960 §4.4.5, RFC 5280 §5.3.2). */
  readonly invalidityDate: Date | undefined;
  /** The responder keeps what it knows of certificates that expired since then (RFC 6960 §4.4.4). */
  readonly archiveCutoff: Date | undefined;
  readonly extensions: readonly EvidenceExtension[];
}

const ocspLimits = { maxLength: 4 * 1024 * 1024, maxDepth: 32, maxNodes: 20_000 };

/**
 * Parses one DER OCSPResponse that fills the whole input (RFC 6960 §4.2.1). Nothing is judged.
 *
 * @throws {CodedError} ERR_REVOCATION_MALFORMED (also for a type of response other than basic), ERR_X509_…, ERR_DER_…
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  const fields = readDer(der, ocspLimits).sequence();
  const code = fields.next();
  const status = statuses[smallIntegerValue(code, 255, derTag.enumerated)];
  if (status === undefined) throw malformed('OCSP', 'responseStatus', code.offset);
  const explicit = fields.optional(contextConstructed(0));
  fields.finish();
  if (status !== 'successful') return { status };
  if (explicit === undefined) throw malformed('OCSP', 'responseBytes', code.offset);
  const bytes = explicit.nested().sequence();
  const type = bytes.next();
  if (oidValue(type) !== oids.ocspBasicResponse) throw malformed('OCSP', 'responseType', type.offset);
  const response = bytes.read(derTag.octetString);
  bytes.finish();
  return { status, basic: parseBasicResponse(response.nested()) };
}

function parseBasicResponse(node: DerNode): BasicOcspResponse {
  const fields = node.sequence();
  const tbs = fields.read(derTag.sequence);
  const signatureAlgorithm = parseAlgorithmIdentifier(fields.next());
  const signature = wholeBitStringValue(fields.next());
  const certificates = fields.optional(contextConstructed(0));
  fields.finish();
  return {
    ...parseResponseData(tbs),
    ...{ tbs: tbs.der, signatureAlgorithm, signature },
    certificates: certificates === undefined ? [] : certificateList(certificates.nested()),
  };
}

function certificateList(node: DerNode): readonly Uint8Array[] {
  return node
    .sequence()
    .rest()
    .map((certificate) => certificate.expect(derTag.sequence).der);
}

function parseResponseData(
  node: DerNode,
): Pick<BasicOcspResponse, 'responderId' | 'producedAt' | 'responses' | 'extensions' | 'nonce'> {
  const fields = node.reader();
  const version = fields.optional(contextConstructed(0));
  if (version !== undefined && smallIntegerValue(version.nested()) !== 0)
    throw malformed('OCSP', 'version', version.offset);
  const responderId = parseResponderId(fields.next());
  const producedAt = generalizedTime(fields.next());
  const responses = fields.sequence().rest().map(parseSingleResponse);
  const extensions = readExtensions(fields, 1);
  fields.finish();
  if (responses.length === 0) throw malformed('OCSP', 'responses', node.offset);
  const nonce = extensions.find(({ oid }) => oid === oids.ocspNonce);
  return { responderId, producedAt, responses, extensions, nonce: nonce && nonceValue(nonce.octets) };
}

function parseResponderId(node: DerNode): ResponderId {
  if (node.tag === contextConstructed(1)) return { kind: 'name', name: parseName(node.nested()) };
  if (node.tag !== contextConstructed(2)) throw malformed('OCSP', 'responderID', node.offset);
  return { kind: 'key', keyHash: octetStringValue(node.nested()) };
}

function parseSingleResponse(node: DerNode): SingleOcspResponse {
  const fields = node.sequence();
  const certificateId = parseCertificateId(fields.next());
  const certificateStatus = parseCertificateStatus(fields.next());
  const thisUpdate = generalizedTime(fields.next());
  const next = fields.optional(contextConstructed(0));
  const extensions = readExtensions(fields, 1);
  fields.finish();
  const timeIn = (oid: string): Date | undefined => {
    const found = extensions.find((extension) => extension.oid === oid);
    return found && generalizedTime(found.octets.nested());
  };
  return {
    ...{ certificateId, certificateStatus, thisUpdate, extensions },
    nextUpdate: next && generalizedTime(next.nested()),
    invalidityDate: timeIn(oids.invalidityDate),
    archiveCutoff: timeIn(oids.ocspArchiveCutoff),
  };
}

function parseCertificateStatus(node: DerNode): SingleOcspResponse['certificateStatus'] {
  switch (node.tag) {
    case contextPrimitive(0):
      nullValue(node, node.tag);
      return { kind: 'good' };
    case contextConstructed(1): {
      const fields = node.reader();
      const at = generalizedTime(fields.next());
      const reason = fields.optional(contextConstructed(0))?.nested();
      fields.finish();
      return {
        ...{ kind: 'revoked', at },
        reason: reason === undefined ? 'unspecified' : reasonOfCode(smallIntegerValue(reason, 255, derTag.enumerated)),
      };
    }
    case contextPrimitive(2):
      nullValue(node, node.tag);
      return { kind: 'unknown' };
    default:
      throw malformed('OCSP', 'certStatus', node.offset);
  }
}

function generalizedTime(node: DerNode): Date {
  return new Date(timeMilliseconds(node.expect(derTag.generalizedTime)));
}

function readExtensions(fields: DerReader, number: number): readonly EvidenceExtension[] {
  const explicit = fields.optional(contextConstructed(number));
  return explicit === undefined ? [] : parseExtensions(explicit.nested(), 'OCSP');
}

/** RFC 6960 §4.4.1 and RFC 8954 §2.1: an OCTET STRING inside the extension's; older software wrote the nonce bare. */
export function nonceValue(octets: DerNode): Uint8Array {
  const { content } = octets;
  const isWrapped = content[0] === derTag.octetString && content[1] === content.length - 2 && content.length < 130;
  return isWrapped ? content.subarray(2) : content;
}
