import type { CryptoOps } from '../crypto/index.ts';
import { type ErrorRow, errorRegistry } from '../errors/index.ts';
import {
  type CheckedConstraint,
  type PathAttempt,
  type Profile,
  profileRules,
  profiles,
  ruleClauses,
} from '../path/index.ts';
import type { Reason, VerdictSubject } from '../verdict/index.ts';
import { type CertificateTolerance, describeSubject, tolerancesOf } from '../x509/index.ts';
import { type CertificateEvidence, judgeCertificate } from './judge-certificate.ts';
import type { CertificateReport } from './report.ts';
import { findUnrevokedPath } from './unrevoked-path.ts';

/** One constraint, of whom it was asked, where it is written, and whether it held. */
export interface ExplainedConstraint {
  readonly subject: string;
  readonly constraint: string;
  readonly clause: string;
  readonly satisfied: boolean;
}

/** A way that was tried in vain. */
export interface ExplainedAttempt {
  readonly reason: Reason;
  /** Of the constraint that the reason comes from; empty where no standard asks (a budget). */
  readonly clause: string;
  readonly subject?: VerdictSubject;
  /** Certificates on the way when it failed. */
  readonly length: number;
  readonly checked: readonly ExplainedConstraint[];
}

/** The simple report and everything it rests on. Plain values: it goes through JSON unchanged. */
export interface CertificateExplanation {
  readonly report: CertificateReport;
  /** Clause of the report's reason; absent when it passed. */
  readonly clause?: string;
  /** What the path satisfied, from the anchor to the leaf; empty unless a path was found. */
  readonly checked: readonly ExplainedConstraint[];
  readonly attempts: readonly ExplainedAttempt[];
  /** Departures from the standard that were read all the same, with how often: none of them changes a verdict. */
  readonly tolerated: readonly { readonly subject: string; readonly tolerances: readonly CertificateTolerance[] }[];
}

/**
 * The detailed report: the same judgement as {@link judgeCertificate}, with every constraint that was asked on the way and
 * the clause that asks it.
 */
export function explainCertificate(evidence: CertificateEvidence, ops: CryptoOps): CertificateExplanation {
  const report = judgeCertificate(evidence, ops);
  const { found } = findUnrevokedPath(evidence, { ...evidence, leaf: evidence.certificate }, ops);
  const { rules } = typeof evidence.profile === 'string' ? profiles[evidence.profile] : evidence.profile;
  const met = found.path ?? [evidence.certificate, ...evidence.intermediates];
  return {
    report,
    ...(report.reason && { clause: clauseOf(report.reason) }),
    checked: found.checked.constraints.flatMap((each) => explained(each, rules)),
    attempts: found.attempts.map((attempt) => explainedAttempt(attempt, rules)),
    tolerated: met
      .map((certificate) => ({
        subject: describeSubject(certificate).subject,
        tolerances: tolerancesOf(certificate),
      }))
      .filter(({ tolerances }) => tolerances.length > 0),
  };
}

/** Where the constraint behind a reason is written: the rule's clause for a rule of a profile, otherwise the code's. */
export function clauseOf({ code, params }: Reason): string {
  const { rule } = params;
  if (code === 'ERR_PATH_PROFILE_VIOLATION' && typeof rule === 'string') {
    const clauses: Readonly<Record<string, string | undefined>> = ruleClauses;
    return clauses[rule] ?? '';
  }
  const row: ErrorRow = errorRegistry[code];
  return row.clause ?? '';
}

/**
 * The rules of a profile are asked in their order, each by its own name and clause.
 *
 * @param broken  the rule that failed, where one did
 */
function explained(
  { certificate, constraint, clause, satisfied }: CheckedConstraint,
  rules: Profile['rules'],
  broken?: unknown,
): readonly ExplainedConstraint[] {
  const { subject } = describeSubject(certificate);
  if (constraint !== profileRules) return [{ subject, constraint, clause, satisfied }];
  const at = satisfied ? rules.length : (rules as readonly unknown[]).indexOf(broken);
  return rules
    .slice(0, at + 1)
    .map((rule, index) => ({ subject, constraint: rule, clause: ruleClauses[rule], satisfied: index !== at }));
}

function explainedAttempt(
  { reason, subject, length, checked }: PathAttempt,
  rules: Profile['rules'],
): ExplainedAttempt {
  return {
    reason,
    clause: clauseOf(reason),
    ...(subject && { subject }),
    length,
    checked: checked.constraints.flatMap((each) => explained(each, rules, reason.params.rule)),
  };
}
