import {
  contextConstructed,
  derExplicit,
  derOctetString,
  derOid,
  derSequence,
  oids,
  readDer,
  smallIntegerValue,
} from '../asn1/index.ts';
import type { CryptoOps, DigestAlgorithm } from '../crypto/index.ts';
import type { Certificate } from '../x509/index.ts';
import { type EvidenceExtension, parseExtensions } from './extensions.ts';
import { malformed } from './malformed.ts';
import { nonceValue } from './ocsp.ts';
import { encodeCertificateId, type OcspCertificateId, parseCertificateId } from './ocsp-certificate-id.ts';

export interface OcspQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

export interface OcspRequestOptions {
  /** For CertID: SHA-1 unless the responder is known to want another (RFC 5019 §2.1.1; some SM2 CAs want SM3). */
  readonly digest?: DigestAlgorithm | undefined;
  /** 1 to 32 random bytes (RFC 8954 §2.1); none is sent when absent. */
  readonly nonce?: Uint8Array | undefined;
}

/** DER of an unsigned OCSPRequest (RFC 6960 §4.1.1). Sending it is the caller's business. */
export function buildOcspRequest(
  questions: readonly OcspQuestion[],
  options: OcspRequestOptions,
  ops: CryptoOps,
): Uint8Array {
  const { digest = 'sha1', nonce } = options;
  const requests = questions.map(({ certificate, issuer }) => {
    const identity = { nameDer: certificate.issuerDer, spki: issuer.spki };
    return derSequence(encodeCertificateId(digest, identity, certificate.serialNumberBytes, ops));
  });
  const extensions =
    nonce === undefined
      ? []
      : [derExplicit(2, derSequence(derSequence(derOid(oids.ocspNonce), derOctetString(derOctetString(nonce)))))];
  return derSequence(derSequence(derSequence(...requests), ...extensions));
}

export interface OcspRequest {
  readonly certificateIds: readonly OcspCertificateId[];
  readonly nonce: Uint8Array | undefined;
  readonly extensions: readonly EvidenceExtension[];
}

const requestLimits = { maxLength: 64 * 1024, maxDepth: 32, maxNodes: 1_000 };

/**
 * Parses one DER OCSPRequest; a signature on it is passed over.
 *
 * @throws {CodedError} ERR_REVOCATION_MALFORMED, ERR_X509_…, ERR_DER_…
 */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  const whole = readDer(der, requestLimits).sequence();
  const fields = whole.sequence();
  whole.optional(contextConstructed(0));
  whole.finish();
  const version = fields.optional(contextConstructed(0));
  if (version !== undefined && smallIntegerValue(version.nested()) !== 0)
    throw malformed('OCSP', 'version', version.offset);
  fields.optional(contextConstructed(1));
  const certificateIds = fields
    .sequence()
    .rest()
    .map((node) => {
      const request = node.sequence();
      const id = parseCertificateId(request.next());
      request.optional(contextConstructed(0));
      request.finish();
      return id;
    });
  const explicit = fields.optional(contextConstructed(2));
  fields.finish();
  const extensions = explicit === undefined ? [] : parseExtensions(explicit.nested(), 'OCSP');
  const nonce = extensions.find(({ oid }) => oid === oids.ocspNonce);
  return { certificateIds, nonce: nonce && nonceValue(nonce.octets), extensions };
}
