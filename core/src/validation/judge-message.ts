import { checkSigners, embeddedCertificates, type SignedContent, type SignedData } from '../cms/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import type { Deviation } from '../deviations/index.ts';
import { type BudgetLimits, defaultBudget, type TrustAnchor } from '../path/index.ts';
import type { TrustEvidence } from './evidence.ts';
import { allowanceFor, judgeSigner } from './judge-signer.ts';
import type { MessageReport, Report, SignerReport } from './report.ts';
import { headOf } from './to-report.ts';

export interface MessageEvidence extends TrustEvidence {
  readonly message: SignedData;
  /** Required for a detached signature; beside an attached one it must be the same. At hand, or read past by ContentDigester. */
  readonly content?: Uint8Array | SignedContent | undefined;
  /** Whom to believe about time; the evidence's own anchors when absent. */
  readonly timestampAnchors?: readonly TrustAnchor[] | undefined;
  /** Rows of declared deviations; the project's own table when absent. */
  readonly deviations?: readonly Deviation[] | undefined;
}

/**
 * Judges a signed message: whether each signature is well made, and whether its maker is trusted, at the time a time-stamp
 * proves or else at the moment asked for. One verdict per signer; the whole has passed only when there is a signer and every
 * one passed. Certificates inside the message help to build paths and are never anchors.
 */
export function judgeMessage(evidence: MessageEvidence, ops: CryptoOps): MessageReport {
  const { message, content, intermediates } = evidence;
  const budget = shareOf(message.signers.length);
  const known = [...embeddedCertificates(message), ...intermediates];
  const checks = checkSigners(message, { content, certificates: intermediates }, ops);
  const context = { evidence: { budget, ...evidence }, known, ops, allowance: allowanceFor(checks.length) };
  const signers = checks.map((check) => judgeSigner(check, context));
  return {
    ...wholeReport(signers),
    family: message.family,
    contentType: message.contentType,
    detached: message.content === null,
    signers,
  };
}

/**
 * What the path of one signer of several may cost, so that a message costs about as much as one certificate does. An honest
 * path takes a handful of steps and signatures.
 */
function shareOf(signers: number): Partial<BudgetLimits> {
  const share = (whole: number, least: number): number => Math.max(least, Math.floor(whole / Math.max(1, signers)));
  return { steps: share(defaultBudget.steps, 64), signatures: share(defaultBudget.signatures, 16) };
}

/** Failed outweighs indeterminate, which outweighs passed; the reason is the first of its kind. */
function wholeReport(signers: readonly SignerReport[]): Report {
  if (signers.length === 0) return { indication: 'failed', reason: { code: 'ERR_CMS_NO_SIGNER', params: {} } };
  const worst =
    signers.find(({ indication }) => indication === 'failed') ??
    signers.find(({ indication }) => indication === 'indeterminate');
  return worst === undefined ? { indication: 'passed' } : headOf(worst);
}
