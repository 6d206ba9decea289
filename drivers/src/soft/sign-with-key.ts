import { constants, createPrivateKey, privateEncrypt } from 'node:crypto';
import type { CryptoOps, PrivateKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { encodeDigestInfo } from '../keys/digest-info.ts';
import { sm2DigestLength } from '../keys/sm2-input.ts';
import type { SignInput } from '../port/index.ts';

const keyKinds = {
  'rsa-pkcs1v15': 'rsa',
  'rsa-pss': 'rsa',
  ecdsa: 'ec',
  'sm2-sm3': 'sm2',
  ed25519: undefined,
  ed448: undefined,
} as const satisfies Record<SignatureAlgorithm['kind'], PrivateKey['kind'] | undefined>;

/**
 * Signs as the port demands. A digest can be signed with RSA PKCS#1 v1.5 and with SM2: the platform's ECDSA insists on hashing
 * itself.
 *
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_REQUEST_INVALID
 */
export function signWithKey(
  ops: CryptoOps,
  key: PrivateKey,
  algorithm: SignatureAlgorithm,
  input: SignInput,
): Uint8Array {
  if (keyKinds[algorithm.kind] !== key.kind) throw unsupported(algorithm.kind);
  try {
    if (input.kind === 'digest') return signDigest(ops, key, algorithm, input.bytes);
    return ops.sign(key, algorithm, input.bytes);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED') throw unsupported(algorithm.kind);
    throw error;
  }
}

function signDigest(ops: CryptoOps, key: PrivateKey, algorithm: SignatureAlgorithm, digest: Uint8Array): Uint8Array {
  if (algorithm.kind === 'sm2-sm3') {
    if (digest.length === sm2DigestLength) return ops.sm2.signDigest(key, digest);
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'digest', rule: `${sm2DigestLength} bytes` });
  }
  if (algorithm.kind !== 'rsa-pkcs1v15') throw unsupported(`${algorithm.kind} (digest)`);
  const rsaKey = createPrivateKey({ key: Buffer.from(key.pkcs8), format: 'der', type: 'pkcs8' });
  const padding = constants.RSA_PKCS1_PADDING;
  return new Uint8Array(privateEncrypt({ key: rsaKey, padding }, encodeDigestInfo(algorithm.digest, digest)));
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}
