import { type ErrorCode, errorRegistry, type WhoCanAct } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';
import {
  type CertificateReport,
  clauseOf,
  type ExplainedConstraint,
  type MessageReport,
  type Report,
  type SignatureReport,
  type TimestampReport,
} from '@onelock/core/validation';
import type { Reason } from '@onelock/core/verdict';
import type { SourceOutcome } from './ports/evidence.ts';
import { reportWords } from './report-words.ts';
import type { Admission } from './watch-list/admission.ts';

/** One reason in words, and who can do something about it. */
export interface ExplainedReason {
  /** Of what it speaks: `verdict`, `admission`, `revocation`, `attempt`, `source`, `signer/0`, `timestamp/0`. */
  readonly about: string;
  readonly code: ErrorCode;
  readonly text: string;
  readonly clause?: string;
  readonly whoCanAct: WhoCanAct;
  readonly retriable: boolean;
}

/** A report for people. */
export interface Explanation {
  readonly language: Locale;
  readonly summary: string;
  readonly reasons: readonly ExplainedReason[];
  /** Every constraint asked on the way and the clause that asks it; of a certificate, in detail. */
  readonly checked?: readonly ExplainedConstraint[];
}

type Answer = (
  | CertificateReport
  | ({ readonly kind: 'raw' | 'digest' } & SignatureReport)
  | ({ readonly kind: 'message' } & MessageReport)
  | TimestampReport
) & { readonly sources?: readonly SourceOutcome[]; readonly admission?: Admission };

/** Puts a report into words of one language. */
export function explainReport(answer: Answer, language: Locale, checked?: readonly ExplainedConstraint[]): Explanation {
  const words = reportWords[language];
  const certificate = certificateOf(answer);
  const parts = [
    `${words.indications[answer.indication]}：${subjectOf(answer, language)}`,
    ...(answer.reason ? [describeError(answer.reason.code, answer.reason.params, language)] : []),
    ...(certificate === null ? [] : [revocationSentence(certificate, language)]),
  ];
  const summary = language === 'zh-CN' ? `${parts.join('；')}。` : `${parts.join('; ').replace('：', ': ')}.`;
  return { language, summary, reasons: reasonsOf(answer, language), ...(checked && { checked }) };
}

function subjectOf(answer: Answer, language: Locale): string {
  const words = reportWords[language];
  if ('signers' in answer) return words.message(answer.signers.length);
  if ('time' in answer) return words.timestamp(answer.time);
  return 'path' in answer ? words.certificate(answer.certificate.subject) : words.signature;
}

/** The report on the certificate that an answer rests on; null for a message, whose signers have one each, and for a bare key. */
function certificateOf(answer: Answer): CertificateReport | null {
  if ('signers' in answer) return null;
  return 'path' in answer ? answer : answer.certificate;
}

function revocationSentence({ revocation }: CertificateReport, language: Locale): string {
  const words = reportWords[language];
  const { mode, checked, source, producedAt, ageSeconds } = revocation;
  if (mode === 'none') return words.revocationNotAsked;
  if (!checked || source === undefined || producedAt === undefined) return words.revocationOpen;
  return words.revocationChecked(source.toUpperCase(), producedAt, ageSeconds ?? 0);
}

/** Reasons named at most: a web of cross-certificates has dozens of ways that failed alike. */
const mostReasons = 64;

function reasonsOf(answer: Answer, language: Locale): readonly ExplainedReason[] {
  const found: { readonly about: string; readonly reason: Reason | undefined }[] = [
    { about: 'verdict', reason: answer.reason },
    ...ofAdmission(answer),
    ...behind(certificateOf(answer)),
    ...('signers' in answer ? answer.signers.flatMap((signer, index) => ofSigner(signer, `signer/${index}`)) : []),
    ...(answer.sources ?? []).map(({ reason }) => ({ about: 'source', reason })),
  ];
  return found
    .flatMap(({ about, reason }) => (reason === undefined ? [] : [explained(about, reason, language)]))
    .slice(0, mostReasons);
}

/** What the watch-list says; a refusal for the verdict's own reason needs no second word. */
function ofAdmission({
  admission,
}: Answer): readonly { readonly about: string; readonly reason: Reason | undefined }[] {
  const watched = admission?.decision === 'blocked' || admission?.decision === 'step-up';
  return watched ? [{ about: 'admission', reason: admission.reason }] : [];
}

function ofSigner(
  { reason, certificate, timestamps }: MessageReport['signers'][number],
  about: string,
): readonly { readonly about: string; readonly reason: Reason | undefined }[] {
  return [
    { about, reason },
    ...behind(certificate),
    ...(timestamps ?? []).map((stamp: Report, index) => ({ about: `timestamp/${index}`, reason: stamp.reason })),
  ];
}

function behind(
  report: CertificateReport | null,
): readonly { readonly about: string; readonly reason: Reason | undefined }[] {
  if (report === null) return [];
  return [
    { about: 'revocation', reason: report.revocation.reason },
    ...report.attempts.map(({ reason }) => ({ about: 'attempt', reason })),
  ];
}

function explained(about: string, reason: Reason, language: Locale): ExplainedReason {
  const { whoCanAct, retriable } = errorRegistry[reason.code];
  const clause = clauseOf(reason);
  const text = describeError(reason.code, reason.params, language);
  return { about, code: reason.code, text, ...(clause !== '' && { clause }), whoCanAct, retriable };
}
