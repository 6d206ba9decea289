import type { CipherName } from './cipher-ops.ts';
import type { PrivateKey, PublicKey } from './ops.ts';

/** Ciphers in CBC that keys are wrapped with under a password. */
export type BlockCipher = Extract<CipherName, 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc'>;

/** What envelopes by key agreement, by a key encryption key and by a password need of an engine. Synchronous. */
export interface KeyWrapOps {
  /**
   * ECDH on a NIST curve (SEC 1 §3.3.1; their cofactor is 1): the x coordinate of the shared point.
   *
   * @param peer  a point that was checked to lie on its curve, which must be the private key's
   * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH for another kind of key or curve, ERR_CRYPTO_KEY_INVALID
   */
  agree(privateKey: PrivateKey, peer: PublicKey): Uint8Array;

  /** AES key wrap of RFC 3394: eight octets longer than the key. @param wrappingKey  16, 24 or 32 octets */
  wrap(wrappingKey: Uint8Array, key: Uint8Array): Uint8Array;

  /** @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, whatever is wrong */
  unwrap(wrappingKey: Uint8Array, wrapped: Uint8Array): Uint8Array;

  /** CBC over whole blocks, without padding. */
  encryptBlocks(cipher: BlockCipher, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array;
  decryptBlocks(cipher: BlockCipher, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array;
}
