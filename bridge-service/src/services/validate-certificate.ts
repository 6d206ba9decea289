import { type CertificateReport, explainCertificate } from '@onelock/core/validation';
import { type FinishedReport, finishReport, type ReportWishes } from './finish-report.ts';
import { gatherEvidence, type TrustQuestion } from './gather-evidence.ts';
import { certificateJudged } from './judge-in-parallel.ts';
import { EvidenceNotes } from './judgement-record.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { SourceOutcome } from './ports/evidence.ts';
import type { Act, Ports } from './ports/ports.ts';
import { readCertificate } from './read-certificates.ts';
import { reportBasis } from './report-basis.ts';
import { type Admission, recordUse } from './watch-list/admission.ts';
import type { UseContext } from './watch-list/watch-use.ts';

export interface CertificateQuestion extends TrustQuestion, ReportWishes {
  readonly certificate: string;
  readonly context?: UseContext | undefined;
}

/** What sources gave stands beside the verdict; absent where none was asked. */
export type WithSources<Report> = Report & { readonly sources?: readonly SourceOutcome[] };

/** Parse, gather, judge, record, answer. */
export async function validateCertificate(
  ports: Ports,
  act: Act,
  question: CertificateQuestion,
): Promise<WithSources<CertificateReport> & { readonly admission?: Admission } & FinishedReport> {
  const certificate = readCertificate(question.certificate, '/certificate');
  const { evidence, sources } = await gatherEvidence(ports, act, question, { certificates: [certificate] });
  const report = maskPersonalNumbers(await certificateJudged(ports, certificate, evidence));
  const notes = new EvidenceNotes(ports.ops);
  const target = notes.keep(certificate.der);
  const { details, items } = notes.record(evidence, sources);
  const use = { certificates: [certificate], context: question.context, verdict: report };
  const admission = await recordUse(ports, act, use, {
    ...{ action: 'certificate.validate', target, outcome: report.indication, evidence: items },
    ...(report.reason && { reason: report.reason.code }),
    details: { ...details, explicitTrustAnchors: question.trustAnchors !== undefined },
  });
  const checked =
    question.explain === 'detailed'
      ? maskPersonalNumbers(explainCertificate({ certificate, ...evidence }, ports.ops).checked)
      : undefined;
  const answer = { ...report, ...(admission && { admission }), ...(sources.length > 0 && { sources }) };
  return finishReport(ports, act, answer, question, {
    subject: target,
    basis: reportBasis(question, details),
    checked,
  });
}
