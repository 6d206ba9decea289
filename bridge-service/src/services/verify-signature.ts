import { decodePem, fromBase64 } from '@onelock/core/bytes';
import { embeddedCertificates, parseSignedData, type SignedContent, type SignedData } from '@onelock/core/cms';
import { digestOfOid, type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { judgeSignature, type MessageReport, type SignatureReport } from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import { type FinishedReport, finishReport, type ReportWishes } from './finish-report.ts';
import { gatherEvidence, refuseTrustFields, type TrustQuestion } from './gather-evidence.ts';
import { messageJudged, signatureJudged } from './judge-in-parallel.ts';
import { EvidenceNotes, type JudgementRecord } from './judgement-record.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import { namedBy, subjectsOf } from './message-subjects.ts';
import type { SourceOutcome } from './ports/evidence.ts';
import type { Act, Ports } from './ports/ports.ts';
import { readBytes, readCertificate, readCertificateList, readingField } from './read-certificates.ts';
import { reportBasis } from './report-basis.ts';
import { nameOfAlgorithm, type SignatureAlgorithmName, signatureAlgorithmFor } from './signature-algorithm.ts';
import { useDetails } from './statistics/use-details.ts';
import { type DigestQuestion, digestedContent, judgeDigest } from './verify-digest.ts';
import { type Admission, recordUse } from './watch-list/admission.ts';
import type { UseContext } from './watch-list/watch-use.ts';

/** A raw signature (P1) over `content`, by the holder of a certificate or of a bare key: exactly one of the two. */
export interface RawSignatureQuestion extends TrustQuestion {
  readonly kind: 'raw';
  /** Base64. */
  readonly content: string;
  readonly signature: string;
  readonly certificate?: string | undefined;
  /** SubjectPublicKeyInfo, base64 DER or PEM. */
  readonly publicKey?: string | undefined;
  /** Chosen from the key when absent. */
  readonly algorithm?: SignatureAlgorithmName | undefined;
  /** Of SM2; `1234567812345678` when absent. */
  readonly userId?: string | undefined;
}

/** A SignedData message of GM/T 0010 or PKCS#7/CMS. */
export interface MessageQuestion extends TrustQuestion {
  readonly kind: 'message';
  /** Base64 DER or PEM. */
  readonly message: string;
  /** Base64; required for a detached signature, unless its digest is. */
  readonly content?: string | undefined;
  /** Instead of the content: its digests, so that it need not be sent. */
  readonly contentDigests?: readonly DigestQuestion['digest'][] | undefined;
  /** Signers' certificates that the message does not carry. */
  readonly certificates?: readonly string[] | undefined;
}

export type SignatureQuestion = (RawSignatureQuestion | DigestQuestion | MessageQuestion) &
  ReportWishes & { readonly context?: UseContext | undefined };

export type SignatureAnswer = { readonly sources?: readonly SourceOutcome[]; readonly admission?: Admission } & (
  | ({ readonly kind: 'raw' | 'digest' } & SignatureReport)
  | ({ readonly kind: 'message' } & MessageReport)
);

/** Parse, gather, judge, record, answer. */
export async function verifySignature(
  ports: Ports,
  act: Act,
  question: SignatureQuestion,
): Promise<SignatureAnswer & FinishedReport> {
  const { answer, target, record, sources, signers } = await judge(ports, act, question);
  const masked = maskPersonalNumbers(answer);
  const use = { certificates: signers, context: question.context, verdict: masked };
  const admission = await recordUse(ports, act, use, {
    ...{ action: 'signature.verify', target, outcome: masked.indication, evidence: record.items },
    ...(masked.reason && { reason: masked.reason.code }),
    details: {
      ...record.details,
      ...{ kind: question.kind, signers: masked.kind === 'message' ? masked.signers.length : 1 },
      ...useDetails(ports, question.context),
    },
  });
  const told = { ...masked, ...(admission && { admission }), ...(sources.length > 0 && { sources }) };
  return finishReport(ports, act, told, question, { subject: target, basis: reportBasis(question, record.details) });
}

interface Judged {
  readonly answer: SignatureAnswer;
  readonly target: string;
  readonly record: JudgementRecord;
  readonly sources: readonly SourceOutcome[];
  /** Who was shown to have signed: whoever else is named has not used anything. */
  readonly signers: readonly Certificate[];
}

function judge(ports: Ports, act: Act, question: SignatureQuestion): Promise<Judged> {
  if (question.kind === 'message') return judgeSigned(ports, act, question);
  return question.kind === 'raw' ? judgeRaw(ports, act, question) : judgeByDigest(ports, act, question);
}

/** The signer of a raw signature. @throws {CodedError} ERR_REQUEST_INVALID unless exactly one of the two is there */
function readSigner(question: RawSignatureQuestion | DigestQuestion): Certificate | PublicKey {
  const { certificate, publicKey } = question;
  if ((certificate === undefined) === (publicKey === undefined))
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/certificate', rule: 'either certificate or publicKey' });
  if (certificate !== undefined) return readCertificate(certificate, '/certificate');
  refuseTrustFields(question, 'only with certificate');
  return readPublicKey(publicKey ?? '');
}

const isCertificate = (signer: Certificate | PublicKey): signer is Certificate => 'der' in signer;

async function judgeRaw(ports: Ports, act: Act, question: RawSignatureQuestion): Promise<Judged> {
  const content = readBytes(question.content, '/content');
  const signature = readBytes(question.signature, '/signature');
  const signer = readSigner(question);
  const notes = new EvidenceNotes(ports.ops);
  const target = notes.keep(signature);
  const key = isCertificate(signer) ? readingField('/certificate', () => signer.publicKey) : signer;
  const algorithm = signatureAlgorithmFor(key, question.algorithm, question.userId);
  const kept = {
    ...notes.keepSigned(content, key, algorithm),
    ...{ algorithm: nameOfAlgorithm(algorithm), userId: question.userId },
  };
  if (!isCertificate(signer)) {
    const report = judgeSignature({ content, signature, algorithm, publicKey: signer }, ports.ops);
    const record = { details: { ...kept, publicKey: notes.keep(signer.spki) }, items: notes.items };
    return { answer: { kind: 'raw', ...report }, target, record, sources: [], signers: [] };
  }
  const { evidence, sources } = await gatherEvidence(ports, act, question, { certificates: [signer] });
  const report = await signatureJudged(ports, { content, signature, algorithm, certificate: signer }, evidence);
  const certificate = notes.keep(signer.der);
  const { details } = notes.record(evidence, sources);
  return {
    ...{ answer: { kind: 'raw', ...report }, target, sources, signers: report.certificate ? [signer] : [] },
    record: { details: { ...details, ...kept, certificate }, items: notes.items },
  };
}

async function judgeByDigest(ports: Ports, act: Act, question: DigestQuestion): Promise<Judged> {
  const signer = readSigner(question);
  const notes = new EvidenceNotes(ports.ops);
  const target = notes.keep(readBytes(question.signature, '/signature'));
  const asked = { digest: question.digest, algorithm: question.algorithm };
  if (!isCertificate(signer)) {
    const report = judgeDigest(ports, question, { publicKey: signer });
    const record = {
      details: { ...asked, publicKey: notes.keep(signer.spki) },
      items: notes.items,
    };
    return { answer: { kind: 'digest', ...report }, target, record, sources: [], signers: [] };
  }
  const { evidence, sources } = await gatherEvidence(ports, act, question, { certificates: [signer] });
  const report = judgeDigest(ports, question, { certificate: signer, evidence });
  const certificate = notes.keep(signer.der);
  const { details } = notes.record(evidence, sources);
  return {
    ...{ answer: { kind: 'digest', ...report }, target, sources, signers: report.certificate ? [signer] : [] },
    record: { details: { ...details, ...asked, certificate }, items: notes.items },
  };
}

async function judgeSigned(ports: Ports, act: Act, question: MessageQuestion): Promise<Judged> {
  const der = readMessage(question.message);
  const message = readingField('/message', () => parseSignedData(der));
  const content = readContent(ports, question);
  const signers = readCertificateList(question.certificates ?? [], '/certificates');
  const supplied = [...signers, ...readCertificateList(question.intermediates ?? [], '/intermediates')];
  const { evidence, sources } = await gatherEvidence(ports, act, question, subjectsOf(message, supplied));
  const whole = { ...evidence, intermediates: [...signers, ...evidence.intermediates] };
  const report = await messageJudged(ports, der, message, content, whole);
  const notes = new EvidenceNotes(ports.ops);
  const target = notes.keep(der);
  const { details } = notes.record(whole, sources);
  const algorithms = message.signers.flatMap(({ digestAlgorithm }) => digestOfOid(digestAlgorithm) ?? []);
  const kept = content instanceof Uint8Array ? notes.keepContent(content, algorithms) : {};
  const contentDigests = question.contentDigests && { contentDigests: question.contentDigests };
  return {
    ...{ answer: { kind: 'message', ...report }, target, sources, signers: genuineSigners(message, supplied, report) },
    record: { details: { ...details, ...kept, ...contentDigests }, items: notes.items },
  };
}

/** @throws {CodedError} ERR_REQUEST_INVALID for both the content and its digests */
function readContent(
  ports: Ports,
  { content, contentDigests }: MessageQuestion,
): Uint8Array | SignedContent | undefined {
  if (content !== undefined && contentDigests !== undefined)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/contentDigests', rule: 'either content or contentDigests' });
  if (content !== undefined) return readBytes(content, '/content');
  return contentDigests && digestedContent(contentDigests, ports.ops);
}

/** Certificates of the signers whose signature is genuine, each once. */
function genuineSigners(
  message: SignedData,
  supplied: readonly Certificate[],
  { signers }: MessageReport,
): readonly Certificate[] {
  const known = [...embeddedCertificates(message), ...supplied];
  const genuine = message.signers.filter((_signer, index) => signers[index]?.certificate != null);
  return namedBy(genuine, known);
}

/** PEM labels in use for SignedData: RFC 7468 §8 and §9. */
const messageLabels = new Set(['PKCS7', 'CMS']);

function readMessage(text: string): Uint8Array {
  return readingField('/message', () => {
    if (!/^\s*-----BEGIN /.test(text)) return fromBase64(text);
    const [block, ...more] = decodePem(text);
    if (block === undefined || more.length > 0 || !messageLabels.has(block.label))
      throw new CodedError('ERR_REQUEST_INVALID', { field: '/message', rule: 'exactly one PKCS7 or CMS block' });
    return block.bytes;
  });
}

function readPublicKey(text: string): PublicKey {
  return readingField('/publicKey', () => {
    if (!/^\s*-----BEGIN /.test(text)) return parsePublicKey(fromBase64(text));
    const [block, ...more] = decodePem(text);
    if (block === undefined || more.length > 0 || block.label !== 'PUBLIC KEY')
      throw new CodedError('ERR_REQUEST_INVALID', { field: '/publicKey', rule: 'exactly one PUBLIC KEY block' });
    return parsePublicKey(block.bytes);
  });
}
