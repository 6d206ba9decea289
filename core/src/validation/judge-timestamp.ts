import { oids } from '../asn1/index.ts';
import { embeddedCertificates } from '../cms/index.ts';
import type { CryptoOps, DigestAlgorithm, SignatureAlgorithm } from '../crypto/index.ts';
import type { Deviation } from '../deviations/index.ts';
import { checkTimestampToken, type StampedMaterial, type TimestampToken } from '../tsp/index.ts';
import type { Verdict } from '../verdict/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';
import { judgeDeviations } from './deviation-verdict.ts';
import type { TrustEvidence } from './evidence.ts';
import { judgeCertificate } from './judge-certificate.ts';
import type { CertificateReport, TimestampReport } from './report.ts';
import { signingKeyUsage, weakSignature } from './signing-use.ts';
import { headOf, toReport } from './to-report.ts';

export interface TimestampEvidence extends TrustEvidence, Omit<StampedMaterial, 'certificates'> {
  readonly token: TimestampToken;
  /** Rows of declared deviations; the project's own table when absent. */
  readonly deviations?: readonly Deviation[] | undefined;
}

/**
 * Judges a time-stamp: the token by RFC 3161 against what was stamped, then whether its authority is trusted for
 * time-stamping at the moment asked for, and that it does not tell a time that had not come. A stamp over a digest that the
 * profile no longer accepts fails as weak.
 */
export function judgeTimestamp(evidence: TimestampEvidence, ops: CryptoOps): TimestampReport {
  const { token, intermediates, content, digest, request } = evidence;
  const checked = checkTimestampToken(token, { content, digest, request, certificates: intermediates }, ops);
  const { certificate, signer } = checked;
  const facts = factsOf(token);
  const authority = certificate === null ? null : describeSubject(certificate);
  if (checked.verdict.indication !== 'passed' || certificate === null || signer.algorithm === null)
    return { ...toReport(checked.verdict), ...facts, authority, certificate: null };
  const report = judgeAuthority(certificate, evidence, ops);
  const deviations = judgeDeviations(signer.deviations, certificate, evidence.at, evidence.deviations);
  const against =
    deviations.verdict ?? weakness(evidence, signer.algorithm) ?? untimely(token, certificate, evidence.at);
  const outcome = report.indication === 'passed' && against !== undefined ? toReport(against) : headOf(report);
  const seen = deviations.uses.length === 0 ? {} : { deviations: deviations.uses };
  return { ...outcome, ...facts, authority, certificate: report, ...seen };
}

function judgeAuthority(certificate: Certificate, evidence: TimestampEvidence, ops: CryptoOps): CertificateReport {
  const { token, intermediates, trustAnchors, at, profile, revocation, revocationPolicy } = evidence;
  const known = [...embeddedCertificates(token.signedData), ...intermediates];
  const crls = [...(evidence.crls ?? []), ...token.signedData.crls];
  const ocspResponses = [...(evidence.ocspResponses ?? []), ...token.signedData.ocspResponses];
  const { unanswered, trustedResponders, budget } = evidence;
  return judgeCertificate(
    {
      ...{ certificate, intermediates: known, trustAnchors, at, profile, revocation, revocationPolicy, crls },
      ...{ ocspResponses, unanswered, trustedResponders, budget },
      extendedKeyUsage: [oids.timeStamping],
      keyUsageAnyOf: signingKeyUsage,
    },
    ops,
  );
}

function weakness({ profile, token }: TimestampEvidence, algorithm: SignatureAlgorithm): Verdict | undefined {
  const { digestAlgorithm } = token.info.imprint;
  return (
    weakSignature(algorithm, profile) ??
    (digestAlgorithm === undefined ? undefined : weakImprint(digestAlgorithm, profile))
  );
}

/** The digest of what was stamped must be good enough as well: whoever finds a collision has a stamp for other content. */
function weakImprint(digest: DigestAlgorithm, profile: TimestampEvidence['profile']): Verdict | undefined {
  if (weakSignature({ kind: 'ecdsa', digest }, profile) === undefined) return undefined;
  return { indication: 'failed', reason: { code: 'ERR_SIGNATURE_ALGORITHM_WEAK', params: { algorithm: digest } } };
}

/** A stamp from before its authority's certificate or from after the moment asked for. */
function untimely({ info }: TimestampToken, certificate: Certificate, at: Date): Verdict | undefined {
  const { time, accuracyMicroseconds } = info;
  const earliest = time.getTime() - (accuracyMicroseconds ?? 0) / 1000;
  if (time >= certificate.notBefore && earliest <= at.getTime()) return undefined;
  const reason = { code: 'ERR_TIMESTAMP_MISMATCH', params: { field: 'genTime' } } as const;
  return { indication: 'failed', reason, subject: describeSubject(certificate) };
}

function factsOf({
  info,
}: TimestampToken): Pick<
  TimestampReport,
  'time' | 'accuracyMs' | 'ordering' | 'serialNumber' | 'policy' | 'digestAlgorithm'
> {
  const { time, accuracyMicroseconds, ordering, serialNumber, policy, imprint } = info;
  return {
    time: time.toISOString(),
    accuracyMs: accuracyMicroseconds === null ? null : Math.ceil(accuracyMicroseconds / 1000),
    ...{ ordering, serialNumber, policy },
    digestAlgorithm: imprint.digestAlgorithm ?? imprint.oid,
  };
}
