import type { PublicKey, SignatureAlgorithm } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { LoginDigest } from './login-statement.ts';
import type { LoginAlgorithm } from './login-token.ts';

export interface LoginScheme {
  readonly id: LoginAlgorithm;
  readonly signature: SignatureAlgorithm;
  readonly digest: LoginDigest;
}

/** How a key signs a login: one answer per key. @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
export function loginScheme(_key: PublicKey): LoginScheme {
  throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'loginScheme' });
}
