import { CodedError } from '../errors/coded-error.ts';
import type { PrivateKey, PublicKey, SignatureAlgorithm } from './ops.ts';

const keyKinds: Readonly<Record<SignatureAlgorithm['kind'], PublicKey['kind']>> = {
  'sm2-sm3': 'sm2',
  ecdsa: 'ec',
  'rsa-pkcs1v15': 'rsa',
  'rsa-pss': 'rsa',
  ed25519: 'ed25519',
  ed448: 'ed448',
};

/**
 * Refuses a computation that is not this key's. Every engine asks before it touches a key, so that an SM2 key can never be
 * used for plain ECDSA nor a PSS key for PKCS#1 v1.5.
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function requireMatch(key: PublicKey | PrivateKey, algorithm: SignatureAlgorithm): void {
  if (key.kind === 'unsupported')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: key.algorithm });
  if (keyKinds[algorithm.kind] !== key.kind || !pssAllows(key, algorithm))
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: algorithm.kind, key: key.kind });
}

/** RFC 4055 §3.3: the parameters of a PSS key bind its signatures; a longer salt is allowed. */
function pssAllows(key: PublicKey | PrivateKey, algorithm: SignatureAlgorithm): boolean {
  if (key.kind !== 'rsa' || !('spki' in key) || key.pss === undefined) return true;
  if (algorithm.kind !== 'rsa-pss') return false;
  if (key.pss === 'any') return true;
  const { digest, mgf1Digest, saltLength } = key.pss;
  return algorithm.digest === digest && algorithm.mgf1Digest === mgf1Digest && algorithm.saltLength >= saltLength;
}
