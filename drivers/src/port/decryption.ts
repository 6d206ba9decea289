/** Which of an identity's private keys opens. */
export interface DecryptionKey {
  readonly identityId: string;
  /**
   * DER of the certificate that the ciphertext was made for: the present encryption certificate, an earlier one, or, where
   * one certificate does everything, the signing certificate. null is the present encryption key.
   */
  readonly certificate: Uint8Array | null;
}

/** A part of a content that was encrypted under a content key which was encrypted to the token. */
export interface SealedContent {
  /** As for {@link TokenDriver.decrypt}. */
  readonly encryptedKey: Uint8Array;
  readonly cipher: ContentCipher;
  /** One block. For a later part of the content: the last ciphertext block of the part before. */
  readonly iv: Uint8Array;
  /** Whole blocks. */
  readonly ciphertext: Uint8Array;
  /** Whether this part ends the content, so that the padding (PKCS#7) is checked and taken off. */
  readonly last: boolean;
}

/** Ciphers that tokens have for content; authenticated ones they have not. */
export const contentCiphers = ['sm4-cbc', 'aes-128-cbc', 'aes-256-cbc'] as const;
export type ContentCipher = (typeof contentCiphers)[number];
