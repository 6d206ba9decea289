import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps, PublicKey, SignatureAlgorithm } from '../crypto/index.ts';
import { parseSignatureAlgorithm } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import { checkSignatureNotBroken, checkSignatureStrength } from './algorithm-policy.ts';
import type { Budget } from './budget.ts';
import { type PathProblem, problemOf } from './problem.ts';
import type { Profile } from './profile.ts';

/** The issuer a signature is checked against, as a candidate: `mismatch` means that it is another one's signature. */
export type SignatureOutcome = 'valid' | 'other-issuer' | PathProblem;

interface KnownOutcome {
  readonly certificate: Certificate;
  readonly key: PublicKey;
  readonly outcome: SignatureOutcome;
}

/** Honest paths have a handful of signatures: these are compared, and only more are indexed. */
const mostFew = 8;

/**
 * Verifies signatures of certificates, each pair of certificate and key once. SM2 always with the default user id: that
 * of certificates by GM/T 0009 §10, so a signature without ZA or with an empty id is invalid here.
 */
export class CertificateSignatures {
  readonly #ops: CryptoOps;
  readonly #budget: Budget;
  readonly #profile: Profile;
  readonly #few: KnownOutcome[] = [];
  #many: Map<Certificate, Map<string, SignatureOutcome>> | undefined;

  constructor(ops: CryptoOps, budget: Budget, profile: Profile) {
    this.#ops = ops;
    this.#budget = budget;
    this.#profile = profile;
  }

  /** @param key of the candidate issuer */
  check(certificate: Certificate, key: PublicKey): SignatureOutcome {
    const known = this.#known(certificate, key);
    if (known !== undefined) return known;
    const outcome = this.#verify(certificate, key);
    this.#remember(certificate, key, outcome);
    return outcome;
  }

  #known(certificate: Certificate, key: PublicKey): SignatureOutcome | undefined {
    for (const known of this.#few)
      if (known.certificate === certificate && equalBytes(known.key.spki, key.spki)) return known.outcome;
    return this.#many?.get(certificate)?.get(keyText(key.spki));
  }

  #remember(certificate: Certificate, key: PublicKey, outcome: SignatureOutcome): void {
    if (this.#few.length < mostFew) {
      this.#few.push({ certificate, key, outcome });
      return;
    }
    this.#many ??= new Map();
    const outcomes = this.#many.get(certificate) ?? new Map<string, SignatureOutcome>();
    this.#many.set(certificate, outcomes.set(keyText(key.spki), outcome));
  }

  #verify(certificate: Certificate, key: PublicKey): SignatureOutcome {
    if (!certificate.signatureAlgorithmsMatch)
      return problemOf(certificate, 'ERR_PATH_PROFILE_VIOLATION', { rule: 'signature-algorithms-equal' });
    const broken = checkSignatureNotBroken(certificate);
    if (broken !== undefined) return broken;
    const algorithm = algorithmFor(certificate, key);
    if (algorithm === undefined) return 'other-issuer';
    const weak = checkSignatureStrength(certificate, algorithm, this.#profile.algorithms);
    if (weak !== undefined) return weak;
    this.#budget.spend('signatures');
    return this.#ops.verify(key, algorithm, certificate.tbs, certificate.signature)
      ? 'valid'
      : problemOf(certificate, 'ERR_PATH_SIGNATURE_INVALID');
  }
}

/** undefined: an algorithm for another kind of key. @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
function algorithmFor(certificate: Certificate, key: PublicKey): SignatureAlgorithm | undefined {
  if (key.kind === 'unsupported')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: key.algorithm });
  try {
    return parseSignatureAlgorithm(certificate.signatureAlgorithm, key);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'ERR_SIGNATURE_ALGORITHM_MISMATCH') return undefined;
    throw error;
  }
}

/** A key's bytes as a map key; Latin-1 keeps them one to one. */
function keyText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
