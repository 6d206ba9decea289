import { type CipherOps, cipherShapes } from '../crypto/index.ts';
import { type DeviationPolicy, requireDeclared } from '../deviations/index.ts';
import { CodedError } from '../errors/index.ts';
import { requireCipher } from './content-encryption.ts';
import type { EncryptedData } from './envelope.ts';
import type { OpenedEnvelope } from './open-content.ts';

/**
 * Decrypts EncryptedData with a key agreed elsewhere.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, the same whatever is wrong; ERR_CRYPTO_ALGORITHM_UNSUPPORTED,
 *   ERR_DEVIATION_UNDECLARED
 */
export function openEncryptedData(
  message: EncryptedData,
  key: Uint8Array,
  policy: DeviationPolicy,
  ciphers: Pick<CipherOps, 'decrypt'>,
): OpenedEnvelope {
  const { encryption, ciphertext } = message.content;
  const cipher = requireCipher(encryption);
  const { keyLength, mode } = cipherShapes[cipher];
  if (mode !== 'cbc')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `encryptedData ${cipher}` });
  if (key.length !== keyLength || ciphertext === null) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  const content = ciphers.decrypt(cipher, key, encryption.iv, ciphertext);
  return { content, deviations: requireDeclared(message.deviations, undefined, policy) };
}
