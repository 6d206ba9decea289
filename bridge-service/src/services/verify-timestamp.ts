import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { embeddedCertificates } from '@onelock/core/cms';
import { CodedError } from '@onelock/core/errors';
import { parseTimestampResponse, parseTimestampToken, requireGranted, type TimestampToken } from '@onelock/core/tsp';
import { judgeTimestamp, type TimestampReport } from '@onelock/core/validation';
import { auditDraft } from './append-audit.ts';
import { type FinishedReport, finishReport, type ReportWishes } from './finish-report.ts';
import { gatherEvidence, type TrustQuestion } from './gather-evidence.ts';
import { EvidenceNotes } from './judgement-record.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import { namedBy } from './message-subjects.ts';
import type { SourceOutcome } from './ports/evidence.ts';
import type { Act, Ports } from './ports/ports.ts';
import { readBytes, readCertificateList, readingField } from './read-certificates.ts';
import { reportBasis } from './report-basis.ts';
import type { DigestQuestion } from './verify-digest.ts';

/** A token to be judged, against the content or its digest. */
export interface TimestampQuestion extends TrustQuestion, ReportWishes {
  /** Base64 of the DER of a TimeStampToken or a TimeStampResp. */
  readonly token: string;
  readonly content?: string | undefined;
  readonly digest?: DigestQuestion['digest'] | undefined;
}

/**
 * Parse, gather, judge, record, answer.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID, ERR_TIMESTAMP_MALFORMED, ERR_CMS_…, ERR_DER_… with `field`
 */
export async function verifyTimestamp(
  ports: Ports,
  act: Act,
  question: TimestampQuestion,
): Promise<TimestampReport & { readonly sources?: readonly SourceOutcome[] } & FinishedReport> {
  if ((question.content === undefined) === (question.digest === undefined))
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/content', rule: 'either content or digest' });
  const token = readingField('/token', () => readToken(fromBase64(question.token)));
  const content = question.content === undefined ? undefined : readBytes(question.content, '/content');
  const digest = question.digest && {
    algorithm: question.digest.algorithm,
    value: readBytes(question.digest.value, '/digest/value'),
  };
  const embedded = readingField('/token', () => embeddedCertificates(token.signedData));
  const supplied = readCertificateList(question.intermediates ?? [], '/intermediates');
  const { evidence, sources } = await gatherEvidence(ports, act, question, {
    certificates: namedBy(token.signedData.signers, [...embedded, ...supplied]),
    candidates: embedded,
  });
  const profile = question.profile ?? 'time-stamping';
  const judged = { ...evidence, profile };
  const report = maskPersonalNumbers(judgeTimestamp({ ...judged, token, content, digest }, ports.ops));
  const notes = new EvidenceNotes(ports.ops);
  const target = notes.keep(token.der);
  const { details, items } = notes.record(judged, sources);
  await ports.store.record(
    auditDraft(ports, {
      ...{ actor: act.caller.id, role: act.caller.role, requestId: act.requestId, action: 'timestamp.verify', target },
      ...{ outcome: report.indication, ...(report.reason && { reason: report.reason.code }), evidence: items },
      details: {
        ...{ ...details, imprint: toBase64(token.info.imprint.digest), genTime: report.time },
        ...digestOf(ports, token, question.digest, content),
      },
    }),
  );
  const answer = { ...report, ...(sources.length > 0 && { sources }) };
  return finishReport(ports, act, answer, question, {
    ...{
      subject: target,
      basis: reportBasis(question, { ...details, ...digestOf(ports, token, question.digest, content) }),
    },
  });
}

/** What is needed to judge it again: the digest, and never the content. */
function digestOf(
  { ops }: Pick<Ports, 'ops'>,
  { info }: TimestampToken,
  given: TimestampQuestion['digest'],
  content: Uint8Array | undefined,
): { readonly digest?: { readonly algorithm: string; readonly value: string } } {
  if (given !== undefined) return { digest: given };
  const algorithm = info.imprint.digestAlgorithm;
  if (algorithm === undefined || content === undefined) return {};
  return { digest: { algorithm, value: toBase64(ops.digest(algorithm, content)) } };
}

/** What an authority answers is taken for the token in it. */
function readToken(der: Uint8Array): TimestampToken {
  const isResponse = der[0] === 0x30 && firstInside(der) === 0x30;
  return isResponse ? requireGranted(parseTimestampResponse(der)) : parseTimestampToken(der);
}

/** The first octet of the contents: a token begins with an OID, a response with a SEQUENCE. */
function firstInside(der: Uint8Array): number | undefined {
  const length = der[1] ?? 0;
  return der[length < 0x80 ? 2 : 2 + (length & 0x7f)];
}
