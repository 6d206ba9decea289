import { verifyEcdsaDigest } from '../ecdsa-digest.ts';
import type { CryptoOps, PublicKey, SignatureAlgorithm } from '../ops.ts';
import { requireMatch } from '../require-match.ts';
import { verifyPssDigest } from './verify-pss-digest.ts';
import { verifyRsaDigest } from './verify-rsa-digest.ts';

/**
 * {@link CryptoOps.verify} where only the digest of the message is at hand: what the algorithm would have computed itself, SHA-x(M) for RSA
 * and ECDSA, e = SM3(ZA ‖ M) for SM2. Always false for Ed25519 and Ed448, which sign no digest.
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_KEY_INVALID
 */
export function verifyDigest(
  ops: Pick<CryptoOps, 'sm2'>,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  requireMatch(key, algorithm);
  if (key.kind === 'sm2') return ops.sm2.verifyDigest(key, digest, signature);
  if (key.kind === 'ec') return verifyEcdsaDigest(key, digest, signature);
  if (key.kind !== 'rsa' || !('digest' in algorithm)) return false;
  if (algorithm.kind === 'rsa-pss') return verifyPssDigest(key, algorithm, digest, signature);
  return verifyRsaDigest(key, algorithm.digest, digest, signature);
}
