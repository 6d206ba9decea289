import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { PathInput, PeerName, PolicyRequirements, ProfileName } from '@onelock/core/path';
import { judgeCertificate, type Report, type RevocationMode } from '@onelock/core/validation';
import { type Certificate, type KeyUsageName, parseCertificate } from '@onelock/core/x509';
import type { CaseAnswer } from './suite.ts';

/** A question about one certificate as bytes, so that it can be put to us in process or to a service over HTTP. */
export interface PathQuestion {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER; what cannot be read cannot be on a path, the others still can. */
  readonly intermediates: readonly Uint8Array[];
  /** DER. */
  readonly trustAnchors: readonly Uint8Array[];
  readonly at: Date;
  readonly profile: ProfileName;
  readonly revocation: RevocationMode;
  /** DER. */
  readonly crls?: readonly Uint8Array[];
  readonly peerName?: PeerName | undefined;
  readonly keyUsage?: readonly KeyUsageName[];
  /** Dotted. */
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly maxIntermediates?: number | undefined;
  readonly policies?: PolicyRequirements | undefined;
}

/** What a suite calls right and wrong. */
export interface AnswerWords {
  readonly accepted: string;
  readonly refused: string;
}

/** Our judgement of a question, in process. A certificate that cannot be read is refused with its code. */
export function askHere(question: PathQuestion, words: AnswerWords, ops: CryptoOps): CaseAnswer {
  let certificates: Pick<PathInput, 'intermediates' | 'trustAnchors'> & { readonly certificate: Certificate };
  try {
    certificates = {
      certificate: parseCertificate(question.certificate),
      intermediates: question.intermediates.flatMap(certificateUnlessMalformed),
      trustAnchors: question.trustAnchors.map((der) => ({ kind: 'certificate', certificate: parseCertificate(der) })),
    };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { kind: 'answered', got: words.refused, reason: `malformed: ${error.code}` };
  }
  return answerOf(judgeCertificate({ ...question, ...certificates }, ops), words);
}

/** Whether bytes are a certificate that can be read. */
export const readable = (der: Uint8Array): boolean => certificateUnlessMalformed(der).length === 1;

/** A report in a suite's words: nothing but `passed` accepts. */
export function answerOf({ indication, reason }: Report, words: AnswerWords): CaseAnswer {
  return indication === 'passed'
    ? { kind: 'answered', got: words.accepted, reason: '' }
    : {
        kind: 'answered',
        got: words.refused,
        reason: `${indication}: ${String(reason?.params.cause ?? reason?.code)}`,
      };
}

function certificateUnlessMalformed(der: Uint8Array): readonly Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch (error) {
    if (isCodedError(error)) return [];
    throw error;
  }
}
