import type { CryptoOps } from '../crypto/index.ts';
import { type PathInput, validatePath } from '../path/index.ts';
import type { Verdict } from '../verdict/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import type { CertificateReport, RevocationReport } from './report.ts';
import { toReport } from './to-report.ts';

export interface CertificateEvidence extends TrustEvidence {
  readonly certificate: Certificate;
}

/**
 * Judges one certificate by the evidence given: path, time, usage, revocation. Pure: the same evidence always gives the
 * same report. Never throws for a bad certificate.
 *
 * NOTE: revocation lists and OCSP responses are not read yet. `require` is therefore indeterminate, and so is evidence
 * that was supplied: a certificate is never called good over a list that might say otherwise.
 */
export function judgeCertificate(evidence: CertificateEvidence, ops: CryptoOps): CertificateReport {
  const { certificate, at, profile } = evidence;
  const found = validatePath(pathInput(evidence), ops);
  const revocation = revocationReport(evidence);
  return {
    ...toReport(withRevocation(found.verdict, evidence, revocation)),
    certificate: describeSubject(certificate),
    path: (found.path ?? []).map(describeSubject),
    at: at.toISOString(),
    profile: typeof profile === 'string' ? profile : profile.name,
    revocation,
    attempts: found.attempts.map(({ reason, subject }) => ({ reason, ...(subject && { subject }) })),
  };
}

function pathInput(evidence: CertificateEvidence): PathInput {
  const { certificate, intermediates, trustAnchors, at, profile } = evidence;
  const { peerName, keyUsage, keyUsageAnyOf, extendedKeyUsage, maxIntermediates, policies } = evidence;
  return {
    ...{ leaf: certificate, intermediates, trustAnchors, at, profile },
    ...{ peerName, keyUsage, keyUsageAnyOf, extendedKeyUsage, maxIntermediates, policies },
  };
}

function revocationReport({ certificate, revocation: mode }: CertificateEvidence): RevocationReport {
  if (mode === 'none') return { mode, checked: false };
  return { mode, checked: false, reason: unknownRevocation(certificate) };
}

function withRevocation(path: Verdict, evidence: CertificateEvidence, revocation: RevocationReport): Verdict {
  if (path.indication !== 'passed' || revocation.mode === 'none') return path;
  const supplied = (evidence.crls?.length ?? 0) + (evidence.ocspResponses?.length ?? 0) > 0;
  if (revocation.mode === 'if-available' && !supplied) return path;
  return {
    indication: 'indeterminate',
    reason: unknownRevocation(evidence.certificate),
    needs: [{ kind: 'revocation', of: describeSubject(evidence.certificate).subject }],
  };
}

function unknownRevocation(certificate: Certificate): NonNullable<RevocationReport['reason']> {
  return { code: 'ERR_REVOCATION_UNKNOWN', params: { subject: describeSubject(certificate).subject } };
}
