import type { CryptoOps } from '../crypto/index.ts';
import type { PathInput } from '../path/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import type { CertificateReport } from './report.ts';
import { toReport } from './to-report.ts';
import { findUnrevokedPath } from './unrevoked-path.ts';

export interface CertificateEvidence extends TrustEvidence {
  readonly certificate: Certificate;
}

/** Ways named in a report, as the contract has it: a web of cross-certificates has thousands, and the first ones tell. */
const mostAttempts = 64;

/**
 * Judges one certificate by the evidence given: path, time, usage, revocation. Pure: the same evidence always gives the
 * same report. Never throws for a bad certificate.
 */
export function judgeCertificate(evidence: CertificateEvidence, ops: CryptoOps): CertificateReport {
  const { certificate, at, profile } = evidence;
  const { found, revocation } = findUnrevokedPath(evidence, pathInput(evidence), ops);
  return {
    ...toReport(found.verdict.indication === 'passed' ? revocation.verdict : found.verdict),
    certificate: describeSubject(certificate),
    path: (found.path ?? []).map(describeSubject),
    at: at.toISOString(),
    profile: typeof profile === 'string' ? profile : profile.name,
    revocation: revocation.report,
    attempts: [...found.attempts.slice(0, mostAttempts - revocation.problems.length), ...revocation.problems].map(
      ({ reason, subject }) => ({
        reason,
        ...(subject && { subject }),
      }),
    ),
  };
}

function pathInput(evidence: CertificateEvidence): PathInput {
  const { certificate, intermediates, trustAnchors, at, profile } = evidence;
  const { peerName, keyUsage, keyUsageAnyOf, extendedKeyUsage, maxIntermediates, policies, budget } = evidence;
  return {
    ...{ leaf: certificate, intermediates, trustAnchors, at, profile },
    ...{ peerName, keyUsage, keyUsageAnyOf, extendedKeyUsage, maxIntermediates, policies, budget },
  };
}
