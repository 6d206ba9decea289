import { concatBytes } from '../bytes/index.ts';
import { type CipherOps, type CryptoOps, cipherShapes } from '../crypto/index.ts';
import type { DeviationUse } from '../deviations/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import { requireCipher } from './content-encryption.ts';
import type { EnvelopedData } from './envelope.ts';

export interface OpenedEnvelope {
  readonly content: Uint8Array;
  /** Departures from the standard that were seen, each of them declared. */
  readonly deviations: readonly DeviationUse[];
}

/**
 * Decrypts under a content key, which is null when it could not be had: that fails as any other key that does not fit, and
 * takes as long.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, the same whatever is wrong: key, padding, tag or content
 */
export type OpenContent = (contentKey: Uint8Array | null) => Uint8Array;

/**
 * @param elsewhere  the ciphertext where the envelope has none
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_ENVELOPE_MALFORMED when there is no ciphertext
 */
export function contentOpener(
  envelope: EnvelopedData,
  elsewhere: Uint8Array | undefined,
  ops: Pick<CryptoOps, 'random'>,
  ciphers: Pick<CipherOps, 'decrypt'>,
): OpenContent {
  const cipher = requireCipher(envelope.content.encryption);
  const { authentication } = envelope;
  if ((cipherShapes[cipher].mode === 'gcm') !== (authentication !== null))
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `${envelope.kind} ${cipher}` });
  const ciphertext = envelope.content.ciphertext ?? elsewhere;
  if (ciphertext === undefined)
    throw new CodedError('ERR_ENVELOPE_MALFORMED', { field: 'encryptedContent', offset: 0 });
  const sealed = authentication === null ? ciphertext : concatBytes(ciphertext, authentication.tag);
  return (contentKey) => {
    const { keyLength } = cipherShapes[cipher];
    const fits = contentKey !== null && contentKey.length === keyLength;
    const content = decryptWith(fits ? contentKey : ops.random(keyLength));
    if (!fits || content === undefined) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
    return content;
  };

  function decryptWith(key: Uint8Array): Uint8Array | undefined {
    try {
      return ciphers.decrypt(cipher, key, envelope.content.encryption.iv, sealed, authentication?.attributesDer);
    } catch (error) {
      if (isCodedError(error) && error.code === 'ERR_ENVELOPE_CONTENT_INVALID') return undefined;
      throw error;
    }
  }
}

/** The key, or null when the ciphertext is not for the key that was tried; anything else passes through. */
export function unwrappedOrNull(unwrap: () => Uint8Array): Uint8Array | null {
  try {
    return unwrap();
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_ENVELOPE_CONTENT_INVALID') return null;
    throw error;
  }
}
