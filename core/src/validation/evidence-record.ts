import { readDer } from '../asn1/index.ts';
import { fromBase64, toBase64 } from '../bytes/index.ts';
import { type CryptoOps, parsePublicKey } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { TrustAnchor } from '../path/index.ts';
import type { Reason } from '../verdict/index.ts';
import { parseCertificate, parseName } from '../x509/index.ts';
import { type CertificateEvidence, judgeCertificate } from './judge-certificate.ts';
import type { CertificateReport } from './report.ts';

type PlainFields = Pick<
  CertificateEvidence,
  | 'profile'
  | 'revocation'
  | 'revocationPolicy'
  | 'peerName'
  | 'keyUsage'
  | 'keyUsageAnyOf'
  | 'extendedKeyUsage'
  | 'maxIntermediates'
  | 'policies'
>;

/** An anchor as text. */
type AnchorRecord = { readonly pathLength?: number | undefined } & (
  | { readonly kind: 'certificate'; readonly certificate: string }
  | { readonly kind: 'name-and-key'; readonly name: string; readonly publicKey: string }
);

/**
 * Everything that a judgement depends on, as plain values for a file: certificates, lists and responses in base64, the time
 * in ISO 8601. Kept beside a report, it lets anybody come to the same report again.
 */
export interface EvidenceRecord extends PlainFields {
  readonly version: 1;
  readonly at: string;
  readonly certificate: string;
  readonly intermediates: readonly string[];
  readonly trustAnchors: readonly AnchorRecord[];
  readonly crls?: readonly string[] | undefined;
  readonly ocspResponses?: readonly string[] | undefined;
  readonly unanswered?: readonly { readonly issuer: string; readonly reason: Reason }[] | undefined;
  readonly trustedResponders?: readonly string[] | undefined;
  readonly ocspNonce?: string | undefined;
}

/**
 * Writes evidence down.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for an anchor with name constraints of the caller's own: they have no text
 */
export function recordEvidence(evidence: CertificateEvidence): EvidenceRecord {
  const { certificate, intermediates, trustAnchors, at, crls, ocspResponses, unanswered, ...rest } = evidence;
  const { trustedResponders, ocspNonce, ...plain } = rest;
  return {
    ...plain,
    version: 1,
    at: at.toISOString(),
    certificate: toBase64(certificate.der),
    intermediates: intermediates.map(({ der }) => toBase64(der)),
    trustAnchors: trustAnchors.map(recordAnchor),
    crls: crls?.map((list) => toBase64(list instanceof Uint8Array ? list : list.der)),
    ocspResponses: ocspResponses?.map(toBase64),
    unanswered: unanswered?.map(({ issuer, reason }) => ({ issuer: toBase64(issuer), reason })),
    trustedResponders: trustedResponders?.map(({ der }) => toBase64(der)),
    ocspNonce: ocspNonce && toBase64(ocspNonce),
  };
}

/**
 * Comes to the report again, from the record alone.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for another version; ERR_BYTES_…, ERR_DER_…, ERR_X509_… for a record that was
 *   changed
 */
export function replayEvidence(record: EvidenceRecord, ops: CryptoOps): CertificateReport {
  if (record.version !== 1) throw new CodedError('ERR_REQUEST_INVALID', { field: '/version', rule: '1' });
  const { certificate, intermediates, trustAnchors, at, crls, ocspResponses, unanswered } = record;
  const { trustedResponders, ocspNonce } = record;
  return judgeCertificate(
    {
      ...record,
      certificate: parseCertificate(fromBase64(certificate)),
      intermediates: intermediates.map((text) => parseCertificate(fromBase64(text))),
      trustAnchors: trustAnchors.map(anchorOf),
      at: new Date(at),
      crls: crls?.map(fromBase64),
      ocspResponses: ocspResponses?.map(fromBase64),
      unanswered: unanswered?.map(({ issuer, reason }) => ({ issuer: fromBase64(issuer), reason })),
      trustedResponders: trustedResponders?.map((text) => parseCertificate(fromBase64(text))),
      ocspNonce: ocspNonce === undefined ? undefined : fromBase64(ocspNonce),
    },
    ops,
  );
}

function recordAnchor(anchor: TrustAnchor): AnchorRecord {
  if (anchor.limits?.nameConstraints !== undefined)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/trustAnchors', rule: 'no name constraints of the caller' });
  const limits = anchor.limits?.pathLength === undefined ? {} : { pathLength: anchor.limits.pathLength };
  return anchor.kind === 'certificate'
    ? { ...limits, kind: 'certificate', certificate: toBase64(anchor.certificate.der) }
    : {
        ...limits,
        kind: 'name-and-key',
        name: toBase64(anchor.name.der),
        publicKey: toBase64(anchor.publicKey.spki),
      };
}

function anchorOf(record: AnchorRecord): TrustAnchor {
  const limits = record.pathLength === undefined ? {} : { limits: { pathLength: record.pathLength } };
  return record.kind === 'certificate'
    ? { ...limits, kind: 'certificate', certificate: parseCertificate(fromBase64(record.certificate)) }
    : {
        ...limits,
        kind: 'name-and-key',
        name: parseName(readDer(fromBase64(record.name))),
        publicKey: parsePublicKey(fromBase64(record.publicKey)),
      };
}
