import { toBase64 } from '@onelock/core/bytes';
import type { Locale } from '@onelock/core/messages';
import type { ExplainedConstraint } from '@onelock/core/validation';
import { reportContent } from '../secrets/report-signer.ts';
import { type Explanation, explainReport } from './explain-report.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { ReportBasis } from './report-basis.ts';

/** What a caller wants of a report beside the verdict. */
export interface ReportWishes {
  /** In words; `detailed` also names every constraint that was asked, of a certificate. */
  readonly explain?: 'simple' | 'detailed' | undefined;
  readonly language?: Locale | undefined;
  /** The answer signed by the service, for whoever must show it to others. */
  readonly sign?: 'cms' | 'jws' | undefined;
}

export interface FinishedReport {
  readonly explanation?: Explanation;
  /** `cms`: SignedData (SM2) around the JSON of the answer, base64 of the DER. `jws`: the same content in compact JWS (RFC 7515). */
  readonly signed?: { readonly format: 'cms' | 'jws'; readonly value: string };
}

export interface FinishedBy {
  /** What was judged: `sm3:` and a digest. */
  readonly subject: string;
  readonly basis: ReportBasis;
  readonly checked?: readonly ExplainedConstraint[] | undefined;
}

/**
 * Adds words and the service's signature to an answer, as far as they are wanted.
 */
export function finishReport<Answer extends Parameters<typeof explainReport>[0]>(
  { reports, webReports, clock }: Pick<Ports, 'reports' | 'webReports' | 'clock'>,
  { requestId }: Pick<Act, 'requestId'>,
  answer: Answer,
  { explain, language = 'zh-CN', sign }: ReportWishes,
  { subject, basis, checked }: FinishedBy,
): Answer & FinishedReport {
  const told = explain === undefined ? answer : { ...answer, explanation: explainReport(answer, language, checked) };
  if (sign === undefined) return told;
  const now = clock();
  const content = reportContent({ issuedAt: now.toISOString(), requestId, subject, basis, answer: told });
  const value = sign === 'jws' ? webReports.sign(content) : toBase64(reports.sign(content, now));
  return { ...told, signed: { format: sign, value } };
}
