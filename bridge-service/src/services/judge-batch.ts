import type { Locale } from '@onelock/core/messages';
import type { Act, Ports } from './ports/ports.ts';
import { type CertificateQuestion, validateCertificate } from './validate-certificate.ts';
import { type SignatureAnswer, type SignatureQuestion, verifySignature } from './verify-signature.ts';
import { type TimestampQuestion, verifyTimestamp } from './verify-timestamp.ts';

export type BatchQuestion =
  | ({ readonly kind: 'certificate' } & CertificateQuestion)
  | ({ readonly kind: 'timestamp' } & TimestampQuestion)
  | SignatureQuestion;

type BatchAnswer =
  | Awaited<ReturnType<typeof validateCertificate>>
  | Awaited<ReturnType<typeof verifyTimestamp>>
  | SignatureAnswer;

/** One line of the answer: a report, or why there is none. */
export type BatchLine<Refusal> = { readonly index: number } & ({ readonly answer: BatchAnswer } | Refusal);

/** How answers are told. */
export interface BatchManner<Refusal> {
  readonly language: Locale;
  /** What is told instead of an answer. */
  readonly refuse: (error: unknown) => Refusal;
}

/** Judged at once: enough to keep threads and sources busy, few enough to leave others their share. */
const atOnce = 8;

/**
 * Judges questions one by one and tells each as soon as it and all before it are known, in order. What is wrong with one question is its
 * own answer. Whoever stops reading stops the work.
 */
export async function* judgeBatch<Refusal>(
  ports: Ports,
  act: Act,
  questions: readonly BatchQuestion[],
  manner: BatchManner<Refusal>,
): AsyncGenerator<BatchLine<Refusal>> {
  const running: Promise<BatchLine<Refusal>>[] = [];
  let next = 0;
  const startOne = (): void => {
    const question = questions[next];
    if (question !== undefined) running.push(judgeOne(ports, act, question, next, manner));
    next++;
  };
  try {
    while (running.length < atOnce && next < questions.length) startOne();
    for (let first = running.shift(); first !== undefined; first = running.shift()) {
      const line = await first;
      startOne();
      yield line;
    }
  } finally {
    // Nobody waits for these any more: they end by themselves, and have nobody to fail to.
    await Promise.allSettled(running);
  }
}

async function judgeOne<Refusal>(
  ports: Ports,
  act: Act,
  question: BatchQuestion,
  index: number,
  { language, refuse }: BatchManner<Refusal>,
): Promise<BatchLine<Refusal>> {
  try {
    return { index, answer: await judge(ports, act, { ...question, language: question.language ?? language }) };
  } catch (error) {
    return { index, ...refuse(error) };
  }
}

function judge(ports: Ports, act: Act, question: BatchQuestion): Promise<BatchAnswer> {
  switch (question.kind) {
    case 'certificate':
      return validateCertificate(ports, act, question);
    case 'timestamp':
      return verifyTimestamp(ports, act, question);
    default:
      return verifySignature(ports, act, question);
  }
}
