import { createDecipheriv } from 'node:crypto';
import { concatBytes, equalBytes } from '@onelock/core/bytes';
import type { CipherOps, CryptoOps, KeyEncryption, PrivateKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { DecryptionKey, SealedContent } from '../port/index.ts';
import { isCertified, type KeyRole } from './soft-keys.ts';
import { decodeField, type SoftIdentity, type SoftKey } from './token-file.ts';

const keyLengths = { 'sm4-cbc': 16, 'aes-128-cbc': 16, 'aes-256-cbc': 32 } as const;

/**
 * Finds the key that a ciphertext was made for.
 * @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_KEY_USAGE
 */
export function findDecryptionKey(
  identity: SoftIdentity,
  certificate: DecryptionKey['certificate'],
): { readonly role: KeyRole; readonly key: SoftKey } {
  const { signing, encryption, earlierEncryption = [] } = identity;
  if (certificate === null) {
    if (encryption === undefined) throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'decrypt' });
    return { role: 'encryption', key: encryption };
  }
  const isIt = (key: SoftKey): boolean => isCertified(key) && equalBytes(decodeField(key.certificate), certificate);
  const key = [...(encryption === undefined ? [] : [encryption]), ...earlierEncryption].find(isIt);
  if (key !== undefined) return { role: 'encryption', key };
  if (!isIt(signing)) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  const usage = parseCertificate(certificate).keyUsage;
  if (usage !== undefined && !usage.has('keyEncipherment') && !usage.has('dataEncipherment'))
    throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'decrypt' });
  return { role: 'signing', key: signing };
}

/** @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_ALGORITHM_UNSUPPORTED */
export function decryptWithKey(
  ciphers: CipherOps,
  key: PrivateKey,
  scheme: KeyEncryption,
  ciphertext: Uint8Array,
): Uint8Array {
  if ((scheme.kind === 'sm2' ? 'sm2' : 'rsa') !== key.kind) throw unsupported(scheme);
  try {
    return ciphers.decryptKey(key, scheme, ciphertext);
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED') throw unsupported(scheme);
    // What is not even shaped like a ciphertext is a wrong ciphertext.
    if (isCodedError(error) && /^ERR_(DER|ENVELOPE)_/.test(error.code))
      throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause: error });
    throw error;
  }
}

/** Decrypts one part of a content. @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID */
export function decryptPart(ops: CryptoOps, contentKey: Uint8Array, content: SealedContent): Uint8Array {
  const { cipher, iv, ciphertext, last } = content;
  if (contentKey.length !== keyLengths[cipher]) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  try {
    if (cipher === 'sm4-cbc') {
      const padding = last ? 'pkcs7' : 'none';
      const running = ops.sm4.createCipher({ mode: 'cbc', direction: 'decrypt', key: contentKey, iv, padding });
      return concatBytes(running.update(ciphertext), running.finish());
    }
    const running = createDecipheriv(cipher, contentKey, iv).setAutoPadding(last);
    return concatBytes(running.update(ciphertext), running.final());
  } catch (cause) {
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
  }
}

function unsupported({ kind }: KeyEncryption): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: kind });
}
