import { decodePem } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { PeerName } from '@onelock/core/path';
import { type CertificateEvidence, judgeCertificate } from '@onelock/core/validation';
import { type Certificate, type KeyUsageName, parseCertificate } from '@onelock/core/x509';
import type { CaseAnswer, SuiteCase } from '../suite.ts';
import type { LimboCase } from './limbo-form.ts';
import { limboProfile, whyNotAsked } from './limbo-profile.ts';

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
  return {
    id: limboCase.id,
    expected: limboCase.expected_result,
    accepted: [limboCase.expected_result],
    run: (ops) => {
      const obstacle = whyNotAsked(limboCase);
      return obstacle === undefined ? ask(limboCase, ops, now) : { kind: 'skipped', reason: obstacle };
    },
  };
}

function ask(limboCase: LimboCase, ops: CryptoOps, now: Date): CaseAnswer {
  let evidence: CertificateEvidence;
  try {
    evidence = evidenceOf(limboCase, now);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { kind: 'answered', got: 'FAILURE', reason: `malformed: ${error.code}` };
  }
  for (const peerName of peerNames(limboCase)) {
    const { indication, reason } = judgeCertificate({ ...evidence, peerName }, ops);
    if (indication !== 'passed')
      return {
        kind: 'answered',
        got: 'FAILURE',
        reason: `${indication}: ${String(reason?.params.cause ?? reason?.code)}`,
      };
  }
  return { kind: 'answered', got: 'SUCCESS', reason: `profile ${limboProfile(limboCase)}` };
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
function evidenceOf(limboCase: LimboCase, now: Date): CertificateEvidence {
  const usage = limboCase.extended_key_usage.map((name) => extendedKeyUsages[name] ?? name);
  return {
    certificate: certificate(limboCase.peer_certificate),
    intermediates: limboCase.untrusted_intermediates.flatMap(certificateUnlessMalformed),
    trustAnchors: limboCase.trusted_certs.map((pem) => ({ kind: 'certificate', certificate: certificate(pem) })),
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

function certificate(pem: string): Certificate {
  const [block] = decodePem(pem);
  if (block === undefined) throw new CodedError('ERR_BYTES_PEM_INVALID', { line: 1 });
  return parseCertificate(block.bytes);
}

/** What cannot be read cannot be on a path; the others still can. */
function certificateUnlessMalformed(pem: string): readonly Certificate[] {
  try {
    return [certificate(pem)];
  } catch (error) {
    if (isCodedError(error)) return [];
    throw error;
  }
}
