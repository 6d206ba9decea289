import { utf8Encode } from '@onelock/core/bytes';
import { type DigestAlgorithm, type PublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';

export const signatureAlgorithmNames = [
  'sm2-sm3',
  'rsa-sha256',
  'rsa-sha384',
  'rsa-sha512',
  'rsa-pss-sha256',
  'rsa-pss-sha384',
  'rsa-pss-sha512',
  'ecdsa-sha256',
  'ecdsa-sha384',
  'ecdsa-sha512',
] as const;
export type SignatureAlgorithmName = (typeof signatureAlgorithmNames)[number];

const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;
const curveDefaults = { p256: 'ecdsa-sha256', p384: 'ecdsa-sha384', p521: 'ecdsa-sha512' } as const;

/**
 * The algorithm of a raw signature: the named one where it suits the key, else the key's usual one (SM2 → SM3, RSA → SHA-256).
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function signatureAlgorithmFor(
  key: PublicKey,
  name: SignatureAlgorithmName | undefined,
  userId: string | undefined,
): SignatureAlgorithm {
  const chosen = name ?? usualName(key);
  const algorithm = named(chosen, userId);
  const suits =
    (algorithm.kind === 'sm2-sm3' && key.kind === 'sm2') ||
    ((algorithm.kind === 'rsa-pkcs1v15' || algorithm.kind === 'rsa-pss') && key.kind === 'rsa') ||
    (algorithm.kind === 'ecdsa' && key.kind === 'ec');
  if (!suits) throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: chosen, key: key.kind });
  return algorithm;
}

function usualName(key: PublicKey): SignatureAlgorithmName {
  if (key.kind === 'sm2') return 'sm2-sm3';
  if (key.kind === 'rsa') return 'rsa-sha256';
  if (key.kind === 'ec') return curveDefaults[key.curve];
  throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
    algorithm: key.kind === 'unsupported' ? key.algorithm : key.kind,
  });
}

function named(name: SignatureAlgorithmName, userId: string | undefined): SignatureAlgorithm {
  if (name === 'sm2-sm3')
    return { kind: 'sm2-sm3', userId: userId === undefined ? sm2DefaultUserId : utf8Encode(userId) };
  const digest = name.slice(name.lastIndexOf('-') + 1) as Extract<DigestAlgorithm, keyof typeof digestBytes>;
  if (name.startsWith('rsa-pss-'))
    return { kind: 'rsa-pss', digest, mgf1Digest: digest, saltLength: digestBytes[digest] };
  return { kind: name.startsWith('rsa-') ? 'rsa-pkcs1v15' : 'ecdsa', digest };
}
