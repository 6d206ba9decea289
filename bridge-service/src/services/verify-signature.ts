import { decodePem, fromBase64, toHex } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { judgeSignature, type MessageReport, type SignatureReport } from '@onelock/core/validation';
import { appendAudit } from './append-audit.ts';
import { gatherEvidence, refuseTrustFields, type TrustQuestion } from './gather-evidence.ts';
import { messageJudged, signatureJudged } from './judge-in-parallel.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Act, Ports } from './ports/ports.ts';
import { readBytes, readCertificate, readCertificateList, readingField } from './read-certificates.ts';
import { type SignatureAlgorithmName, signatureAlgorithmFor } from './signature-algorithm.ts';

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
  /** Base64; required for a detached signature. */
  readonly content?: string | undefined;
  /** Signers' certificates that the message does not carry. */
  readonly certificates?: readonly string[] | undefined;
}

export type SignatureAnswer =
  | ({ readonly kind: 'raw' } & SignatureReport)
  | ({ readonly kind: 'message' } & MessageReport);

/** Parse, gather, judge, record, answer. */
export async function verifySignature(
  ports: Ports,
  act: Act,
  question: RawSignatureQuestion | MessageQuestion,
): Promise<SignatureAnswer> {
  const { answer, target } =
    question.kind === 'raw' ? await judgeRaw(ports, act, question) : await judgeSigned(ports, act, question);
  const masked = maskPersonalNumbers(answer);
  await act.transaction((repositories) =>
    appendAudit(repositories, ports, {
      actor: act.caller.id,
      role: act.caller.role,
      requestId: act.requestId,
      action: 'signature.verify',
      target,
      outcome: masked.indication,
      ...(masked.reason && { reason: masked.reason.code }),
      details: { kind: question.kind, signers: masked.kind === 'message' ? masked.signers.length : 1 },
    }),
  );
  return masked;
}

interface Judged {
  readonly answer: SignatureAnswer;
  readonly target: string;
}

async function judgeRaw(ports: Ports, act: Act, question: RawSignatureQuestion): Promise<Judged> {
  const content = readBytes(question.content, '/content');
  const signature = readBytes(question.signature, '/signature');
  const target = `sm3:${toHex(ports.ops.digest('sm3', signature))}`;
  const { certificate: certificateText, publicKey: keyText } = question;
  if ((certificateText === undefined) === (keyText === undefined))
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/certificate', rule: 'either certificate or publicKey' });
  if (certificateText === undefined) {
    refuseTrustFields(question, 'only with certificate');
    const publicKey = readPublicKey(keyText ?? '');
    const algorithm = signatureAlgorithmFor(publicKey, question.algorithm, question.userId);
    const report = judgeSignature({ content, signature, algorithm, publicKey }, ports.ops);
    return { answer: { kind: 'raw', ...report }, target };
  }
  const certificate = readCertificate(certificateText, '/certificate');
  const key = readingField('/certificate', () => certificate.publicKey);
  const algorithm = signatureAlgorithmFor(key, question.algorithm, question.userId);
  const evidence = await gatherEvidence(ports, act, question);
  const report = await signatureJudged(ports, { content, signature, algorithm, certificate }, evidence);
  return { answer: { kind: 'raw', ...report }, target };
}

async function judgeSigned(ports: Ports, act: Act, question: MessageQuestion): Promise<Judged> {
  const der = readMessage(question.message);
  const message = readingField('/message', () => parseSignedData(der));
  const content = question.content === undefined ? undefined : readBytes(question.content, '/content');
  const signers = readCertificateList(question.certificates ?? [], '/certificates');
  const evidence = await gatherEvidence(ports, act, question);
  const report = await messageJudged(ports, der, message, content, {
    ...evidence,
    intermediates: [...signers, ...evidence.intermediates],
  });
  return { answer: { kind: 'message', ...report }, target: `sm3:${toHex(ports.ops.digest('sm3', der))}` };
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
