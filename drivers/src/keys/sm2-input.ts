import { type CryptoOps, computeZa, type PublicKey, type SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { SignInput } from '../port/index.ts';

type Sm2Key = Extract<PublicKey, { kind: 'sm2' }>;
type Sm2Algorithm = Extract<SignatureAlgorithm, { kind: 'sm2-sm3' }>;

export const sm2DigestLength = 32;

/**
 * e = SM3(ZA ‖ M) (GB/T 32918.2 §6.1), which is what tokens sign: computed from a message, or computed elsewhere.
 * @throws {CodedError} ERR_REQUEST_INVALID for a digest of another length
 */
export function sm2DigestOf(ops: CryptoOps, { point }: Sm2Key, { userId }: Sm2Algorithm, input: SignInput): Uint8Array {
  if (input.kind === 'message') return ops.digest('sm3', computeZa(ops, point, userId), input.bytes);
  if (input.bytes.length === sm2DigestLength) return input.bytes;
  throw new CodedError('ERR_REQUEST_INVALID', { field: 'digest', rule: `${sm2DigestLength} bytes` });
}

/** Whether that is the key's signature of what it was given. @param signature  DER */
export function isSm2Signature(
  ops: CryptoOps,
  key: Sm2Key,
  algorithm: Sm2Algorithm,
  input: SignInput,
  signature: Uint8Array,
): boolean {
  return input.kind === 'message'
    ? ops.verify(key, algorithm, input.bytes, signature)
    : ops.sm2.verifyDigest(key, input.bytes, signature);
}
