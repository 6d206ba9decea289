import { toBase64 } from '@onelock/core/bytes';
import { type ErrorCode, isErrorCode } from '@onelock/core/errors';
import type { Report } from '@onelock/core/validation';
import { type AnswerWords, answerOf, type PathQuestion, readable } from './path-question.ts';
import type { CaseAnswer } from './suite.ts';

/** A running bridge-service and a caller of it that may bring evidence of its own. */
export interface ServiceUnderTest {
  /** `http://127.0.0.1:18960` */
  readonly url: string;
  readonly token: string;
}

/** What a refusal of the certificate itself begins with; any other error is the service's or the caller's, not an answer. */
const malformed = /^ERR_(DER|X509|CRYPTO_KEY|BYTES)_/;
const mostAttempts = 20;

/**
 * Puts a question to `POST /v1/certificates/validate`. What is sent is what is asked in process, in base64.
 *
 * @throws {Error} when the service does not answer, or answers with an error that is no judgement of the certificate
 */
export async function askService(
  question: PathQuestion,
  words: AnswerWords,
  service: ServiceUnderTest,
): Promise<CaseAnswer> {
  const body = JSON.stringify(bodyOf(question));
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(new URL('/v1/certificates/validate', service.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/json' },
      body,
    });
    const json: unknown = await answer.json();
    if (answer.status === 200) return answerOf(json as Report, words);
    if (answer.status === 429 && attempt < mostAttempts) {
      await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get('retry-after') ?? 1) * 1000));
      continue;
    }
    const code = codeOf(json);
    if (code !== undefined && malformed.test(code))
      return { kind: 'answered', got: words.refused, reason: `malformed: ${code}` };
    throw new Error(`the service answered ${answer.status} ${code ?? ''}`);
  }
}

function bodyOf(question: PathQuestion): object {
  const { at, profile, revocation, peerName, keyUsage, extendedKeyUsage, maxIntermediates, policies } = question;
  return {
    certificate: toBase64(question.certificate),
    intermediates: question.intermediates.filter(readable).map(toBase64),
    trustAnchors: question.trustAnchors.map(toBase64),
    crls: (question.crls ?? []).map(toBase64),
    at: at.toISOString(),
    ...{ profile, revocation, peerName, keyUsage, extendedKeyUsage, maxIntermediates, policies },
  };
}

function codeOf(json: unknown): ErrorCode | undefined {
  const { error } = json as { error?: { code?: unknown } };
  return typeof error?.code === 'string' && isErrorCode(error.code) ? error.code : undefined;
}
