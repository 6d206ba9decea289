import { checkSigners, describeSigner, embeddedCertificates, type SignedData, type SignerCheck } from '../cms/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import type { Certificate } from '../x509/index.ts';
import { formatName } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import { judgeCertificate } from './judge-certificate.ts';
import type { MessageReport, Report, SignerReport } from './report.ts';
import { signingKeyUsage, weakSignature } from './signing-use.ts';
import { headOf, toReport } from './to-report.ts';

export interface MessageEvidence extends TrustEvidence {
  readonly message: SignedData;
  /** Required for a detached signature; beside an attached one it must be the same. */
  readonly content?: Uint8Array | undefined;
}

/**
 * Judges a signed message: whether each signature is well made, and whether its maker is trusted. One verdict per signer;
 * the whole has passed only when there is a signer and every one passed. Certificates inside the message help to build
 * paths and are never anchors.
 */
export function judgeMessage(evidence: MessageEvidence, ops: CryptoOps): MessageReport {
  const { message, content, intermediates } = evidence;
  const embedded = embeddedCertificates(message);
  const known = [...embedded, ...intermediates];
  const checks = checkSigners(message, { content, certificates: intermediates }, ops);
  const signers = checks.map((check) => judgeSigner(check, evidence, known, ops));
  return {
    ...wholeReport(signers),
    family: message.family,
    contentType: message.contentType,
    detached: message.content === null,
    signers,
  };
}

function judgeSigner(
  check: SignerCheck,
  evidence: MessageEvidence,
  known: readonly Certificate[],
  ops: CryptoOps,
): SignerReport {
  const { signer, certificate } = check;
  const described = {
    signer: certificate === null ? describeSigner(signer.identifier) : formatName(certificate.subject),
    digestAlgorithm: signer.digestAlgorithm,
    signatureAlgorithm: signer.signatureAlgorithm,
    signingTime: check.signingTime?.toISOString() ?? null,
  };
  if (check.verdict.indication !== 'passed' || certificate === null || check.algorithm === null)
    return { ...toReport(check.verdict), ...described, certificate: null };
  const report = judgeCertificate(
    { ...evidence, certificate, intermediates: known, keyUsageAnyOf: signingKeyUsage },
    ops,
  );
  const weak = weakSignature(check.algorithm, evidence.profile);
  const outcome: Report = report.indication === 'passed' && weak !== undefined ? toReport(weak) : headOf(report);
  return { ...outcome, ...described, certificate: report };
}

/** Failed outweighs indeterminate, which outweighs passed; the reason is the first of its kind. */
function wholeReport(signers: readonly SignerReport[]): Report {
  if (signers.length === 0) return { indication: 'failed', reason: { code: 'ERR_CMS_NO_SIGNER', params: {} } };
  const worst =
    signers.find(({ indication }) => indication === 'failed') ??
    signers.find(({ indication }) => indication === 'indeterminate');
  return worst === undefined ? { indication: 'passed' } : headOf(worst);
}
