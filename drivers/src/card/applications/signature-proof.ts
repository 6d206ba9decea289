import { constants, createPublicKey, publicDecrypt } from 'node:crypto';
import { equalBytes } from '@onelock/core/bytes';
import type { CryptoOps, PublicKey, SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { encodeDigestInfo } from '../../keys/digest-info.ts';
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
      : matchesDigest(key, algorithm, input, signature)
  )
    return;
  throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api, name: 'SIGNATURE_DOES_NOT_VERIFY' });
}

/** Of a digest alone only RSASSA-PKCS1-v1_5 can be proven with what Node has; another is proven wherever it is used. */
function matchesDigest(
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  input: SignInput,
  signature: Uint8Array,
): boolean {
  if (algorithm.kind !== 'rsa-pkcs1v15' || key.kind !== 'rsa') return true;
  const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
  try {
    const opened = publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
    return equalBytes(opened, encodeDigestInfo(algorithm.digest, input.bytes));
  } catch {
    return false;
  }
}
