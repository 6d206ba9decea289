import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { CodedError } from '@onelock/core/errors';
import { decodeField, encodeField, type Sealed, type SoftTokenFile } from './token-file.ts';

type Kdf = SoftTokenFile['kdf'];

export function newKdf(): Kdf {
  return { name: 'scrypt', cost: 32768, blockSize: 8, parallelization: 1, salt: encodeField(randomBytes(16)) };
}

/** The 32-byte key that the PIN opens; the caller wipes it. */
export function deriveKey(kdf: Kdf, pin: Uint8Array): Promise<Uint8Array> {
  const { cost, blockSize, parallelization } = kdf;
  const options = { cost, blockSize, parallelization, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) =>
    scrypt(pin, decodeField(kdf.salt), 32, options, (error, key) => (error === null ? resolve(key) : reject(error))),
  );
}

/** Encrypts under a 32-byte key; `purpose` names what it is, so that one field cannot stand in for another. */
export function seal(key: Uint8Array, purpose: string, plaintext: Uint8Array): Sealed {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose, 'utf8'));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { nonce: encodeField(nonce), ciphertext: encodeField(ciphertext), tag: encodeField(cipher.getAuthTag()) };
}

/**
 * @returns the plaintext, or null when the key is not the right one or anything was changed
 * @throws {CodedError} ERR_TOKEN_DATA_CORRUPT when the field is malformed
 */
export function unseal(key: Uint8Array, purpose: string, sealed: Sealed): Uint8Array | null {
  const nonce = decodeField(sealed.nonce);
  const tag = decodeField(sealed.tag);
  if (nonce.length !== 12 || tag.length !== 16) throw new CodedError('ERR_TOKEN_DATA_CORRUPT');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(purpose, 'utf8')).setAuthTag(tag);
  const plaintext = decipher.update(decodeField(sealed.ciphertext));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return null;
  }
}

/** What a sealed data key is for, and who opens it. */
export function dataKeyPurpose(serialNumber: string, opener: 'user' | 'administrator' | 'recovery' = 'user'): string {
  return `onelock-soft-token/1|${serialNumber}|data-key${opener === 'user' ? '' : `|${opener}`}`;
}

/**
 * What a sealed private key is for; bound to its place and to its certificate.
 *
 * @param bound  the certificate, or the public key while there is none, in base64 as the file has it
 */
export function privateKeyPurpose(
  serialNumber: string,
  identityId: string,
  role: 'signing' | 'encryption',
  bound: string,
): string {
  return `onelock-soft-token/1|${serialNumber}|${identityId}|${role}|${bound}`;
}

/** What a sealed file is for. */
export function filePurpose(serialNumber: string, name: string): string {
  return `onelock-soft-token/1|${serialNumber}|file|${name}`;
}
