import { equalBytes, toHex } from '../bytes/index.ts';
import {
  type AlgorithmIdentifier,
  type CryptoOps,
  type DigestAlgorithm,
  digestsOf,
  type PublicKey,
  parseSignatureAlgorithm,
} from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';

/** What a list and a response have in common: signed bytes and a signature. */
export interface SignedEvidence {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** Where the signed part repeats the algorithm, as a list's does. */
  readonly tbsSignatureAlgorithm?: AlgorithmIdentifier | undefined;
  readonly signature: Uint8Array;
}

/** One CRL of a million entries is digested once, however many certificates are judged by it. */
const outcomes = new WeakMap<CryptoOps, WeakMap<SignedEvidence, Map<string, boolean>>>();

/**
 * Whether this key made the signature: mathematics, and whether the digest is good enough. SM2 with the default user id.
 *
 * @throws {CodedError} ERR_X509_SIGNATURE_ALGORITHMS_DIFFER, ERR_SIGNATURE_ALGORITHM_MISMATCH (another key's signature),
 *   ERR_SIGNATURE_ALGORITHM_WEAK, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_CRYPTO_KEY_INVALID, ERR_DER_…
 */
export function verifyEvidence(
  evidence: SignedEvidence,
  key: PublicKey,
  digests: readonly DigestAlgorithm[],
  ops: CryptoOps,
): boolean {
  const { signatureAlgorithm: outer, tbsSignatureAlgorithm: inner } = evidence;
  if (inner !== undefined && !equalBytes(outer.der, inner.der))
    throw new CodedError('ERR_X509_SIGNATURE_ALGORITHMS_DIFFER', { outer: outer.oid, inner: inner.oid });
  const algorithm = parseSignatureAlgorithm(outer, key);
  const weak = digestsOf(algorithm).find((digest) => !digests.includes(digest));
  if (weak !== undefined)
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_WEAK', { algorithm: `${algorithm.kind} ${weak}` });
  const known = outcomesOf(evidence, ops);
  const id = toHex(key.spki);
  const outcome = known.get(id) ?? ops.verify(key, algorithm, evidence.tbs, evidence.signature);
  known.set(id, outcome);
  return outcome;
}

/** What verifications of this evidence came to, by the key's SubjectPublicKeyInfo in hex. */
export function knownOutcomes(evidence: SignedEvidence, ops: CryptoOps): ReadonlyMap<string, boolean> {
  return outcomesOf(evidence, ops);
}

/** Remembers what a verification of the same bytes came to elsewhere: on another thread of this very program. */
export function rememberOutcomes(
  evidence: SignedEvidence,
  known: readonly (readonly [spki: string, genuine: boolean])[],
  ops: CryptoOps,
): void {
  const outcomes = outcomesOf(evidence, ops);
  for (const [spki, genuine] of known) outcomes.set(spki, genuine);
}

function outcomesOf(evidence: SignedEvidence, ops: CryptoOps): Map<string, boolean> {
  const ofEngine = outcomes.get(ops) ?? new WeakMap<SignedEvidence, Map<string, boolean>>();
  outcomes.set(ops, ofEngine);
  const known = ofEngine.get(evidence) ?? new Map<string, boolean>();
  ofEngine.set(evidence, known);
  return known;
}
