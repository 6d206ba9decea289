import { constants, createPublicKey, publicDecrypt } from 'node:crypto';
import { equalBytes } from '@onelock/core/bytes';
import type { CryptoOps, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { encodeDigestInfo } from '../../keys/digest-info.ts';
import { isSm2Signature } from '../../keys/sm2-input.ts';
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
      : matchesDigest(ops, key, algorithm, input, signature)
  )
    return;
  throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api, name: 'SIGNATURE_DOES_NOT_VERIFY' });
}

/** Of a digest alone only RSASSA-PKCS1-v1_5 and SM2 can be proven with what we have; another is proven wherever it is used. */
function matchesDigest(
  ops: CryptoOps,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  input: SignInput,
  signature: Uint8Array,
): boolean {
  if (algorithm.kind === 'sm2-sm3' && key.kind === 'sm2') return isSm2Signature(ops, key, algorithm, input, signature);
  if (algorithm.kind !== 'rsa-pkcs1v15' || key.kind !== 'rsa') return true;
  const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
  try {
    const opened = publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
    return equalBytes(opened, encodeDigestInfo(algorithm.digest, input.bytes));
  } catch {
    return false;
  }
}
