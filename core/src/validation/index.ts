export type { TrustEvidence, UnansweredSource } from './evidence.ts';
export { type EvidenceRecord, recordEvidence, replayEvidence } from './evidence-record.ts';
export {
  type CertificateExplanation,
  clauseOf,
  type ExplainedAttempt,
  type ExplainedConstraint,
  explainCertificate,
} from './explain-certificate.ts';
export { type CertificateEvidence, judgeCertificate } from './judge-certificate.ts';
export {
  type CrlReport,
  judgeCrl,
  judgeOcspResponse,
  type OcspAnswer,
  type OcspReport,
  type SignersOfEvidence,
} from './judge-evidence.ts';
export { judgeLogin, type LoginEvidence } from './judge-login.ts';
export { judgeMessage, type MessageEvidence } from './judge-message.ts';
export { judgeSignature, type SignatureEvidence } from './judge-signature.ts';
export { judgeTimestamp, type TimestampEvidence } from './judge-timestamp.ts';
export type {
  CertificateReport,
  LoginReport,
  MessageReport,
  Report,
  RevocationMode,
  RevocationReport,
  SignatureReport,
  SignerReport,
  TimestampReport,
} from './report.ts';
