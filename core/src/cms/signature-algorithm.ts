import { oids } from '../asn1/index.ts';
import {
  type DigestAlgorithm,
  digestOfOid,
  type PublicKey,
  parseSignatureAlgorithm,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { SignerInfo } from './signed-data.ts';

/** @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
export function signerDigest(signer: SignerInfo): DigestAlgorithm {
  const digest = digestOfOid(signer.digestAlgorithm);
  if (digest === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: signer.digestAlgorithm });
  return digest;
}

/**
 * How a signer's signature is computed. Messages name the key's algorithm alone (`rsaEncryption`, `id-ecPublicKey`, SM2's
 * 301) or the whole (`sha256WithRSAEncryption`, 301.1, 501); the key decides what the former mean, and where a digest is
 * named twice both must say the same.
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function signerAlgorithm(signer: SignerInfo, key: PublicKey): SignatureAlgorithm {
  const digest = signerDigest(signer);
  const algorithm = namesKeyOnly(signer, key) ?? parseSignatureAlgorithm(signer.signatureAlgorithmDer, key);
  if (digestIn(algorithm) !== digest)
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: signer.digestAlgorithm, key: key.kind });
  return algorithm;

  function namesKeyOnly({ signatureAlgorithm }: SignerInfo, { kind }: PublicKey): SignatureAlgorithm | undefined {
    if (kind === 'rsa' && signatureAlgorithm === oids.rsaEncryption) return { kind: 'rsa-pkcs1v15', digest };
    if (signatureAlgorithm !== oids.ecPublicKey) return undefined;
    if (kind === 'sm2') return { kind: 'sm2-sm3', userId: sm2DefaultUserId };
    return kind === 'ec' ? { kind: 'ecdsa', digest } : undefined;
  }
}

/** The digest that must stand beside an algorithm; RFC 8419 §3 fixes SHA-512 for Ed25519. */
function digestIn(algorithm: SignatureAlgorithm): DigestAlgorithm {
  switch (algorithm.kind) {
    case 'sm2-sm3':
      return 'sm3';
    case 'ed25519':
      return 'sha512';
    case 'ed448':
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: 'ed448 with shake256' });
    default:
      return algorithm.digest;
  }
}
