import type { CryptoOps } from '../crypto/index.ts';
import type { PathReport } from '../path/index.ts';
import type { RevocationStatus } from '../revocation/index.ts';
import type { Reason, Verdict, VerdictSubject } from '../verdict/index.ts';
import { type Certificate, describeSubject, formatName } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import { PathRevocation } from './path-revocation.ts';
import type { RevocationReport } from './report.ts';
import { parseRevocationEvidence } from './revocation-evidence.ts';

export interface RevocationJudgement {
  /** `passed` unless revocation changes the verdict of a path that passed. */
  readonly verdict: Verdict;
  readonly report: RevocationReport;
  /** Whose status changed the verdict. */
  readonly atFault?: Certificate | undefined;
  /** What lies behind a status that is unknown, for the report's details. */
  readonly problems: readonly { readonly reason: Reason; readonly subject: VerdictSubject }[];
}

interface Judged {
  readonly certificate: Certificate;
  readonly status: RevocationStatus;
}

const passed: Verdict = { indication: 'passed' };

/**
 * Whether any certificate on a valid path, the anchor left out, was revoked (RFC 5280 §6.1.3 (a)(3)). `require`: each must be
 * known to be good. `if-available`: without evidence about a certificate its status stands open and the report says so; with
 * evidence that cannot be used (out of date, wrongly signed, malformed) nothing is decided, because it might say otherwise.
 */
export function judgeRevocation(
  evidence: TrustEvidence & { readonly certificate: Certificate },
  found: PathReport,
  ops: CryptoOps,
): RevocationJudgement {
  const { revocation: mode, certificate, at } = evidence;
  if (mode === 'none') return { verdict: passed, report: { mode, checked: false }, problems: [] };
  if (found.anchor === null || found.path === null)
    return {
      verdict: passed,
      report: { mode, checked: false, reason: unknown(certificate, undefined, at) },
      problems: [],
    };
  const { crls = [], ocspResponses = [], unanswered = [] } = evidence;
  // The usual case, and nothing to look up: only the leaf is named as open.
  if (
    mode === 'if-available' &&
    crls.length + ocspResponses.length + unanswered.length === 0 &&
    found.path.length > 1
  ) {
    const params = { subject: describeSubject(certificate).subject, issuer: formatName(certificate.issuer) };
    const reason: Reason = {
      code: 'ERR_REVOCATION_UNKNOWN',
      params: { ...params, cause: 'ERR_REVOCATION_NOT_AVAILABLE' },
    };
    return { verdict: passed, report: { mode, checked: false, reason }, problems: [] };
  }
  const parsed = parseRevocationEvidence(crls, ocspResponses);
  const path = new PathRevocation({ evidence, parsed, anchor: found.anchor, path: found.path, ops });
  const judged = path.judgePath();
  const [first] = judged;
  if (first === undefined) return { verdict: passed, report: { mode, checked: false }, problems: [] };
  const decisive = decisiveOf(judged, mode);
  const verdict = decisive === undefined ? passed : verdictOn(decisive, at);
  const open = verdict.indication === 'failed' ? [] : judged.filter(({ status }) => status.kind === 'unknown');
  return {
    verdict,
    atFault: decisive?.certificate,
    report: {
      ...{ mode, checked: first.status.kind !== 'unknown' },
      ...(open[0] && { reason: unknown(open[0].certificate, open[0].status, at) }),
      ...describeEvidence(first.status, at),
    },
    problems: open.flatMap(({ certificate: subject, status }) =>
      status.kind === 'unknown' && status.evidence === 'unusable'
        ? [{ reason: status.reason, subject: describeSubject(subject) }]
        : [],
    ),
  };
}

/** A revocation anywhere on the path, else the first status that must not stay open. */
function decisiveOf(judged: readonly Judged[], mode: 'require' | 'if-available'): Judged | undefined {
  const revoked = judged.find(({ status }) => status.kind === 'revoked');
  const open = judged.find(
    ({ status }) => status.kind === 'unknown' && (mode === 'require' || status.evidence === 'unusable'),
  );
  return revoked ?? open;
}

function verdictOn({ certificate, status }: Judged, at: Date): Verdict {
  if (status.kind === 'good') return passed;
  if (status.kind === 'unknown')
    return { indication: 'indeterminate', reason: unknown(certificate, status, at), needs: status.needs };
  const subject = describeSubject(certificate);
  const { reason, source } = status;
  const params = { subject: subject.subject, revokedAt: status.revokedAt.toISOString(), reason, source };
  return { indication: 'failed', reason: { code: 'ERR_REVOCATION_REVOKED', params }, subject };
}

/** @param status  undefined where there was no path to ask for */
function unknown(certificate: Certificate, status: RevocationStatus | undefined, at: Date): Reason {
  const { subject } = describeSubject(certificate);
  if (status?.kind !== 'unknown') return { code: 'ERR_REVOCATION_UNKNOWN', params: { subject } };
  const { reason, known } = status;
  const age =
    known === undefined
      ? {}
      : { producedAt: known.producedAt.toISOString(), ageSeconds: ageSeconds(known.producedAt, at) };
  return { code: 'ERR_REVOCATION_UNKNOWN', params: { ...reason.params, ...age, subject, cause: reason.code } };
}

function describeEvidence(
  status: RevocationStatus,
  at: Date,
): Pick<RevocationReport, 'source' | 'producedAt' | 'ageSeconds'> {
  const known = status.kind === 'unknown' ? status.known : status;
  if (known === undefined) return {};
  const { source, producedAt } = known;
  return {
    source: source === 'CRL' ? 'crl' : 'ocsp',
    producedAt: producedAt.toISOString(),
    ageSeconds: ageSeconds(producedAt, at),
  };
}

/** Evidence made after the moment judged for has no age yet. */
function ageSeconds(producedAt: Date, at: Date): number {
  return Math.max(0, Math.floor((at.getTime() - producedAt.getTime()) / 1000));
}
