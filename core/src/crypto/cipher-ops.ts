import type { DigestAlgorithm, PrivateKey, PublicKey } from './ops.ts';

/** Content and key-file encryption: authenticated in GCM, padded by PKCS#7 in CBC. */
export type CipherName =
  | 'aes-128-cbc'
  | 'aes-192-cbc'
  | 'aes-256-cbc'
  | 'aes-128-gcm'
  | 'aes-192-gcm'
  | 'aes-256-gcm'
  | 'sm4-cbc'
  | 'sm4-gcm'
  /** Opening old files only; nothing new is made with it. */
  | 'des-ede3-cbc';

/** Octets; the tag of every GCM cipher here is 16 octets at the end of the ciphertext. */
export interface CipherShape {
  readonly mode: 'cbc' | 'gcm';
  readonly keyLength: number;
  readonly ivLength: number;
}

const cbc = (keyLength: number, ivLength = 16): CipherShape => ({ mode: 'cbc', keyLength, ivLength });
const gcm = (keyLength: number): CipherShape => ({ mode: 'gcm', keyLength, ivLength: 12 });

export const cipherShapes: Readonly<Record<CipherName, CipherShape>> = {
  'aes-128-cbc': cbc(16),
  'aes-192-cbc': cbc(24),
  'aes-256-cbc': cbc(32),
  'aes-128-gcm': gcm(16),
  'aes-192-gcm': gcm(24),
  'aes-256-gcm': gcm(32),
  'sm4-cbc': cbc(16),
  'sm4-gcm': gcm(16),
  'des-ede3-cbc': cbc(24, 8),
};

/** Octets of a GCM tag. */
export const gcmTagLength = 16;

/** How a content key is encrypted to a public key. */
export type KeyEncryption =
  /** RFC 8017 §7.2. */
  | { readonly kind: 'rsa-pkcs1v15' }
  /** RFC 8017 §7.1; the label is empty where none is given. */
  | {
      readonly kind: 'rsa-oaep';
      readonly digest: DigestAlgorithm;
      readonly mgf1Digest: DigestAlgorithm;
      readonly label?: Uint8Array;
    }
  /** GB/T 32918.4; the ciphertext is DER of SM2Cipher, GB/T 35276 §7.2. */
  | { readonly kind: 'sm2' };

/** What opening and making envelopes and key files needs of an engine, beside {@link CryptoOps}. Synchronous as that is. */
export interface CipherOps {
  /**
   * @param aad  authenticated with the content; GCM only
   * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED
   */
  encrypt(cipher: CipherName, key: Uint8Array, iv: Uint8Array, plain: Uint8Array, aad?: Uint8Array): Uint8Array;

  /**
   * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID whatever is wrong: padding, tag or length;
   *   ERR_CRYPTO_ALGORITHM_UNSUPPORTED
   */
  decrypt(cipher: CipherName, key: Uint8Array, iv: Uint8Array, encrypted: Uint8Array, aad?: Uint8Array): Uint8Array;

  /** @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_CRYPTO_KEY_INVALID */
  encryptKey(key: PublicKey, scheme: KeyEncryption, contentKey: Uint8Array): Uint8Array;

  /**
   * NOTE: PKCS#1 v1.5 is decrypted with implicit rejection where the ciphertext has the modulus's length: wrong padding gives octets
   * that only this key and this ciphertext give, and no error. The content under them then does not decrypt.
   *
   * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID whatever is wrong with the ciphertext; otherwise as encryptKey
   */
  decryptKey(key: PrivateKey, scheme: KeyEncryption, encryptedKey: Uint8Array): Uint8Array;

  hmac(digest: DigestAlgorithm, key: Uint8Array, ...chunks: readonly Uint8Array[]): Uint8Array;

  /** PBKDF2 of RFC 8018 §5.2. */
  pbkdf2(
    digest: DigestAlgorithm,
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ): Uint8Array;

  /**
   * HKDF of RFC 5869 §2, extract and expand.
   *
   * @param info    at most 1024 octets
   * @param length  octets, 1 to 255 digests
   * @throws {CodedError} ERR_CRYPTO_PARAMETER_INVALID { parameter: 'length' }
   */
  hkdf(digest: DigestAlgorithm, secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
}
