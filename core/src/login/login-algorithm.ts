import { type PublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { LoginDigest } from './login-statement.ts';
import type { LoginAlgorithm } from './login-token.ts';

/** How one key signs a login. */
export interface LoginScheme {
  readonly id: LoginAlgorithm;
  readonly signature: SignatureAlgorithm;
  /** Digest of the fields inside the to-be-signed bytes. */
  readonly digest: LoginDigest;
}

const sm2Scheme: LoginScheme = {
  id: 'SM2-SM3',
  signature: { kind: 'sm2-sm3', userId: sm2DefaultUserId },
  digest: 'sm3',
};
const rsaScheme: LoginScheme = {
  id: 'RSA-SHA256',
  signature: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
  digest: 'sha256',
};
const curveSchemes = {
  p256: { id: 'ECDSA-SHA256', signature: { kind: 'ecdsa', digest: 'sha256' }, digest: 'sha256' },
  p384: { id: 'ECDSA-SHA384', signature: { kind: 'ecdsa', digest: 'sha384' }, digest: 'sha256' },
  p521: { id: 'ECDSA-SHA512', signature: { kind: 'ecdsa', digest: 'sha512' }, digest: 'sha256' },
} as const satisfies Record<string, LoginScheme>;

/**
 * How a key signs a login: exactly one answer per key, so a token cannot choose a weaker one.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that cannot log in
 */
export function loginScheme(key: PublicKey): LoginScheme {
  switch (key.kind) {
    case 'sm2':
      return sm2Scheme;
    case 'rsa':
      return rsaScheme;
    case 'ec':
      return curveSchemes[key.curve];
    default:
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
        algorithm: key.kind === 'unsupported' ? key.algorithm : key.kind,
      });
  }
}
