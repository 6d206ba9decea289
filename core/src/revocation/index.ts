export { type CertificateList, crlLimits, parseCertificateList } from './crl.ts';
export type { CrlEntry } from './crl-entry.ts';
export { unfitness } from './crl-finding.ts';
export type { CrlScope } from './crl-scope.ts';
export { concerns, coveredReasons } from './crl-scope-match.ts';
export { type CrlSigner, findCrlSigner } from './crl-signer.ts';
export { type SignedEvidence, verifyEvidence } from './evidence-signature.ts';
export type { EvidenceExtension } from './extensions.ts';
export { type EvidencePeriod, type Freshness, freshnessAt } from './freshness.ts';
export type { EvidenceSource } from './malformed.ts';
export {
  type BasicOcspResponse,
  type OcspResponse,
  type OcspResponseStatus,
  parseOcspResponse,
  type ResponderId,
  type SingleOcspResponse,
} from './ocsp.ts';
export { type IssuerIdentity, namesIssuer, type OcspCertificateId } from './ocsp-certificate-id.ts';
export {
  buildOcspRequest,
  type OcspQuestion,
  type OcspRequest,
  type OcspRequestOptions,
  parseOcspRequest,
} from './ocsp-request.ts';
export { embeddedSigners, isResponder, refusalOfResponse } from './ocsp-signer.ts';
export { unknownExtension } from './ocsp-status.ts';
export { defaultRevocationPolicy, type FreshnessPolicy, type RevocationPolicy } from './policy.ts';
export {
  openPreparedList,
  type PreparedCertificateList,
  prepareCertificateList,
  preparedFormOf,
} from './prepared-list.ts';
export type {
  Authority,
  KnownEvidence,
  RevocationQuestion,
  RevocationStatus,
  SignerQuestion,
  SignerRole,
  SignerTrust,
} from './question.ts';
export { allReasons, isCompromise, isTemporary, type RevocationReason } from './reasons.ts';
export { revocationStatus } from './status.ts';
