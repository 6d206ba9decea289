import { decodePem } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { PeerName } from '@onelock/core/path';
import type { KeyUsageName } from '@onelock/core/x509';
import { type AnswerWords, askHere, type PathQuestion } from '../path-question.ts';
import type { CaseAnswer, SuiteCase } from '../suite.ts';
import type { LimboCase } from './limbo-form.ts';
import { limboProfile, whyNotAsked } from './limbo-profile.ts';

const words: AnswerWords = { accepted: 'SUCCESS', refused: 'FAILURE' };

const extendedKeyUsages: Readonly<Record<string, string>> = {
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
};
const peerKinds: Readonly<Record<'DNS' | 'IP' | 'RFC822', PeerName['kind']>> = {
  DNS: 'dns',
  IP: 'ip',
  RFC822: 'email',
};

/** @param now  the time for cases that name none */
export function limboSuiteCase(limboCase: LimboCase, now: Date): SuiteCase {
  const head = {
    id: limboCase.id,
    expected: limboCase.expected_result,
    accepted: [limboCase.expected_result],
  };
  const obstacle = whyNotAsked(limboCase);
  if (obstacle !== undefined) return { ...head, exempt: obstacle, run: () => ({ kind: 'skipped', reason: obstacle }) };
  const [question, ...more] = questions(limboCase, now);
  const single = question !== undefined && more.length === 0 ? { question: { question, words } } : {};
  return { ...head, ...single, run: (ops) => ask(limboCase, ops, now) };
}

function ask(limboCase: LimboCase, ops: CryptoOps, now: Date): CaseAnswer {
  for (const question of questions(limboCase, now)) {
    const answer = askHere(question, words, ops);
    if (answer.kind === 'answered' && answer.got !== words.accepted) return answer;
  }
  return { kind: 'answered', got: words.accepted, reason: `profile ${limboProfile(limboCase)}` };
}

/** One for each name that must be in the certificate. */
function questions(limboCase: LimboCase, now: Date): readonly PathQuestion[] {
  const question = questionOf(limboCase, now);
  return peerNames(limboCase).map((peerName) => ({ ...question, peerName }));
}

/** A client's names must all be in its certificate, so each is asked for; no name is one question without any. */
function peerNames({
  validation_kind,
  expected_peer_name,
  expected_peer_names,
}: LimboCase): readonly (PeerName | undefined)[] {
  const names = validation_kind === 'SERVER' ? [expected_peer_name ?? undefined] : expected_peer_names;
  const asked = names.map((name) => name && { kind: peerKinds[name.kind], value: name.value });
  return asked.length === 0 ? [undefined] : asked;
}

/** Limbo gives lists for the certificates it wants looked up, and for the others none; both are one question with `if-available`. */
function questionOf(limboCase: LimboCase, now: Date): PathQuestion {
  const usage = limboCase.extended_key_usage.map((name) => extendedKeyUsages[name] ?? name);
  return {
    certificate: bytesOf(limboCase.peer_certificate),
    intermediates: limboCase.untrusted_intermediates.map(bytesOf),
    trustAnchors: limboCase.trusted_certs.map(bytesOf),
    at: limboCase.validation_time == null ? now : new Date(limboCase.validation_time),
    profile: limboProfile(limboCase),
    revocation: 'if-available',
    crls: (limboCase.crls ?? []).flatMap((pem) => decodePem(pem).map(({ bytes }) => bytes)),
    keyUsage: limboCase.key_usage.map(keyUsageName),
    extendedKeyUsage: usage.length === 0 ? undefined : usage,
    maxIntermediates: limboCase.max_chain_depth ?? undefined,
  };
}

const keyUsageName = (name: LimboCase['key_usage'][number]): KeyUsageName =>
  name === 'contentCommitment' ? 'nonRepudiation' : name;

/** The first block; of a text that is no PEM nothing, which is then refused as DER. */
function bytesOf(pem: string): Uint8Array {
  try {
    return decodePem(pem)[0]?.bytes ?? new Uint8Array();
  } catch (error) {
    if (isCodedError(error)) return new Uint8Array();
    throw error;
  }
}
