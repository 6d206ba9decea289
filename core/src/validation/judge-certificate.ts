import type { CryptoOps } from '../crypto/index.ts';
import type { PathInput, PathReport } from '../path/index.ts';
import type { VerdictSubject } from '../verdict/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import type { RevocationJudgement } from './judge-revocation.ts';
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
  const described = describeSubject(certificate);
  const verdict = found.verdict.indication === 'passed' ? revocation.verdict : found.verdict;
  const rest = {
    certificate: described,
    path: (found.path ?? []).map((each) => (each === certificate ? described : describeIssuer(each))),
    at: at.toISOString(),
    profile: typeof profile === 'string' ? profile : profile.name,
    revocation: revocation.report,
    attempts: describeAttempts(found, revocation),
  };
  return verdict.indication === 'passed' ? { indication: 'passed', ...rest } : { ...toReport(verdict), ...rest };
}

const issuers = new WeakMap<Certificate, VerdictSubject>();

/** Told once of each: an issuer that the caller keeps stands above thousands. */
function describeIssuer(certificate: Certificate): VerdictSubject {
  let described = issuers.get(certificate);
  if (described === undefined) {
    described = describeSubject(certificate);
    issuers.set(certificate, described);
  }
  return described;
}

function describeAttempts(found: PathReport, { problems }: RevocationJudgement): CertificateReport['attempts'] {
  if (found.attempts.length + problems.length === 0) return [];
  return [...found.attempts.slice(0, mostAttempts - problems.length), ...problems].map(({ reason, subject }) => ({
    reason,
    ...(subject && { subject }),
  }));
}

function pathInput(evidence: CertificateEvidence): PathInput {
  return {
    leaf: evidence.certificate,
    intermediates: evidence.intermediates,
    trustAnchors: evidence.trustAnchors,
    at: evidence.at,
    profile: evidence.profile,
    peerName: evidence.peerName,
    keyUsage: evidence.keyUsage,
    keyUsageAnyOf: evidence.keyUsageAnyOf,
    extendedKeyUsage: evidence.extendedKeyUsage,
    maxIntermediates: evidence.maxIntermediates,
    policies: evidence.policies,
    budget: evidence.budget,
  };
}
