import { utf8Encode } from '@onelock/core/bytes';
import type { SignatureAlgorithmId } from '@onelock/core/contract';
import { digestLengths, type PublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';

type Sha2 = 'sha256' | 'sha384' | 'sha512';

interface Named {
  readonly key: 'sm2' | 'rsa' | 'ec';
  algorithm(userId: Uint8Array): SignatureAlgorithm;
}

const pkcs1 = (digest: Sha2): Named => ({ key: 'rsa', algorithm: () => ({ kind: 'rsa-pkcs1v15', digest }) });
const pss = (digest: Sha2): Named => ({
  key: 'rsa',
  algorithm: () => ({ kind: 'rsa-pss', digest, mgf1Digest: digest, saltLength: digestLengths[digest] }),
});
const ecdsa = (digest: Sha2): Named => ({ key: 'ec', algorithm: () => ({ kind: 'ecdsa', digest }) });

const named: Readonly<Record<SignatureAlgorithmId, Named>> = {
  'SM2-SM3': { key: 'sm2', algorithm: (userId) => ({ kind: 'sm2-sm3', userId }) },
  'RSA-SHA256': pkcs1('sha256'),
  'RSA-SHA384': pkcs1('sha384'),
  'RSA-SHA512': pkcs1('sha512'),
  'RSA-PSS-SHA256': pss('sha256'),
  'RSA-PSS-SHA384': pss('sha384'),
  'RSA-PSS-SHA512': pss('sha512'),
  'ECDSA-SHA256': ecdsa('sha256'),
  'ECDSA-SHA384': ecdsa('sha384'),
  'ECDSA-SHA512': ecdsa('sha512'),
};

const ofCurve = { p256: 'ECDSA-SHA256', p384: 'ECDSA-SHA384', p521: 'ECDSA-SHA512' } as const;

/**
 * The contract's name of the algorithm that a key signs with when nobody names one.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function defaultAlgorithmId(key: PublicKey): SignatureAlgorithmId {
  switch (key.kind) {
    case 'sm2':
      return 'SM2-SM3';
    case 'rsa':
      return 'RSA-SHA256';
    case 'ec':
      return ofCurve[key.curve];
    default:
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
        algorithm: key.kind === 'unsupported' ? key.algorithm : key.kind,
      });
  }
}

/**
 * @param sm2UserId  printable ASCII; `1234567812345678` when absent
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function signatureAlgorithmOf(
  key: PublicKey,
  id: SignatureAlgorithmId = defaultAlgorithmId(key),
  sm2UserId?: string,
): SignatureAlgorithm {
  const entry = named[id];
  if (entry.key !== key.kind)
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: id, key: key.kind });
  return entry.algorithm(sm2UserId === undefined ? sm2DefaultUserId : utf8Encode(sm2UserId));
}
