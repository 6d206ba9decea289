import type { CryptoOps, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { verifyDigest } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import type { SignInput } from '../../port/index.ts';

/**
 * Checks what a card called a signature: a quirk that is configured wrongly makes signatures that look right.
 * @param api  the command that made it
 * @throws {CodedError} ERR_TOKEN_NATIVE_FAILURE
 */
export function demandSignature(
  ops: CryptoOps,
  api: string,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  input: SignInput,
  signature: Uint8Array,
): void {
  if (
    input.kind === 'message'
      ? ops.verify(key, algorithm, input.bytes, signature)
      : verifyDigest(ops, key, algorithm, input.bytes, signature)
  )
    return;
  throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api, name: 'SIGNATURE_DOES_NOT_VERIFY' });
}
