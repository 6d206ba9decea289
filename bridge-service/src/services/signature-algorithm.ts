import { utf8Encode } from '@onelock/core/bytes';
import {
  type DigestAlgorithm,
  type PssParameters,
  type PublicKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
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
 * The algorithm of a raw signature: the named one where it suits the key, else the key's usual one (SM2 → SM3, RSA → SHA-256, ECDSA → the
 * digest of its curve, a key for PSS alone → PSS with what it is bound to).
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function signatureAlgorithmFor(
  key: PublicKey,
  name: SignatureAlgorithmName | undefined,
  userId: string | undefined,
): SignatureAlgorithm {
  const chosen = name ?? usualName(key);
  const algorithm = named(chosen, userId, key);
  const suits =
    (algorithm.kind === 'sm2-sm3' && key.kind === 'sm2') ||
    (algorithm.kind === 'rsa-pkcs1v15' && key.kind === 'rsa' && key.pss === undefined) ||
    (algorithm.kind === 'rsa-pss' && key.kind === 'rsa') ||
    (algorithm.kind === 'ecdsa' && key.kind === 'ec');
  if (!suits) throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: chosen, key: key.kind });
  return algorithm;
}

/**
 * As {@link signatureAlgorithmFor}, of a signature whose digest is all that is there: without a name the digest says which of the key's it is.
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH also for a digest that is not the algorithm's
 */
export function digestAlgorithmFor(
  key: PublicKey,
  digest: DigestAlgorithm,
  name: SignatureAlgorithmName | undefined,
): SignatureAlgorithm {
  // RSA with SM3 has no name here, and is a plain PKCS#1 signature all the same.
  if (name === undefined && digest === 'sm3' && key.kind === 'rsa' && key.pss === undefined)
    return { kind: 'rsa-pkcs1v15', digest };
  const chosen = name ?? nameByDigest(key, digest);
  const algorithm = signatureAlgorithmFor(key, chosen, undefined);
  const own = algorithm.kind === 'sm2-sm3' ? 'sm3' : 'digest' in algorithm ? algorithm.digest : undefined;
  if (own !== digest)
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: `${chosen} ${digest}`, key: key.kind });
  return algorithm;
}

function nameByDigest(key: PublicKey, digest: DigestAlgorithm): SignatureAlgorithmName {
  if (key.kind === 'sm2' && digest === 'sm3') return 'sm2-sm3';
  const family = key.kind === 'ec' ? 'ecdsa' : key.kind !== 'rsa' ? null : key.pss === undefined ? 'rsa' : 'rsa-pss';
  const found = signatureAlgorithmNames.find((name) => name === `${family}-${digest}`);
  if (found !== undefined) return found;
  if (family !== null || key.kind === 'sm2')
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: digest, key: key.kind });
  return usualName(key);
}

/** By which name the algorithm is asked for again; none for RSA with SM3. */
export function nameOfAlgorithm(algorithm: SignatureAlgorithm): SignatureAlgorithmName | undefined {
  if (algorithm.kind === 'sm2-sm3') return 'sm2-sm3';
  if (!('digest' in algorithm)) return undefined;
  const family = algorithm.kind === 'rsa-pkcs1v15' ? 'rsa' : algorithm.kind;
  return signatureAlgorithmNames.find((name) => name === `${family}-${algorithm.digest}`);
}

function usualName(key: PublicKey): SignatureAlgorithmName {
  if (key.kind === 'sm2') return 'sm2-sm3';
  if (key.kind === 'rsa' && key.pss !== undefined) return usualPss(key.pss);
  if (key.kind === 'rsa') return 'rsa-sha256';
  if (key.kind === 'ec') return curveDefaults[key.curve];
  throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
    algorithm: key.kind === 'unsupported' ? key.algorithm : key.kind,
  });
}

function usualPss(bound: 'any' | PssParameters): SignatureAlgorithmName {
  if (bound === 'any') return 'rsa-pss-sha256';
  const found = signatureAlgorithmNames.find((name) => name === `rsa-pss-${bound.digest}`);
  if (found === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `rsa-pss ${bound.digest}` });
  return found;
}

function named(name: SignatureAlgorithmName, userId: string | undefined, key: PublicKey): SignatureAlgorithm {
  if (name === 'sm2-sm3')
    return { kind: 'sm2-sm3', userId: userId === undefined ? sm2DefaultUserId : utf8Encode(userId) };
  const digest = name.slice(name.lastIndexOf('-') + 1) as Extract<DigestAlgorithm, keyof typeof digestBytes>;
  if (name.startsWith('rsa-pss-')) return { kind: 'rsa-pss', ...pssParameters(digest, key) };
  return { kind: name.startsWith('rsa-') ? 'rsa-pkcs1v15' : 'ecdsa', digest };
}

/** Salt as long as the digest, as everybody makes it, or as long as the key demands. */
function pssParameters(digest: keyof typeof digestBytes, key: PublicKey): PssParameters {
  const usual = { digest, mgf1Digest: digest, saltLength: digestBytes[digest] };
  if (key.kind !== 'rsa' || key.pss === undefined || key.pss === 'any') return usual;
  const { mgf1Digest, saltLength } = key.pss;
  return { ...usual, mgf1Digest, saltLength: Math.max(saltLength, usual.saltLength) };
}
