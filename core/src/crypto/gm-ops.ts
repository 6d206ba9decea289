import type { PrivateKey, PublicKey } from './ops.ts';

/**
 * Which engine computes SM2, SM3 and SM4, and why not the ones before it: `disabled` is loud (a self-test failed and nobody may
 * rely on it), `absent` is not (no compiler where it was installed), `unused` was never tried.
 */
export interface EngineStatus {
  readonly name: 'addon' | 'wasm' | 'floor';
  readonly state: 'in-use' | 'disabled' | 'absent' | 'unused';
  readonly reason?: { readonly code: 'ERR_CRYPTO_SELF_TEST_FAILED'; readonly params: { readonly engine: string } };
  /** For people: what failed. */
  readonly detail?: string;
}

/** DER SEQUENCE { r, s }, or r ‖ s in 64 bytes. */
export type Sm2SignatureForm = 'der' | 'raw';

/**
 * `c1c3c2` is GB/T 32918.4-2016, `c1c2c3` its draft and old SDKs, both with 04 in front; `asn1` is SM2Cipher of GM/T 0009 §7.2,
 * used inside messages.
 */
export type Sm2CiphertextForm = 'c1c3c2' | 'c1c2c3' | 'asn1';

/** A private key made ready for many signatures. It holds the secret until {@link wipe}. */
export interface Sm2SigningKey {
  readonly publicKey: Extract<PublicKey, { readonly kind: 'sm2' }>;
  /** Signs e = SM3(ZA ‖ M), 32 bytes, as a token does. @throws {CodedError} ERR_CRYPTO_DIGEST_LENGTH */
  signDigest(e: Uint8Array, form?: Sm2SignatureForm): Uint8Array;
  /** Computes ZA with the user id, and signs. */
  sign(message: Uint8Array, userId: Uint8Array, form?: Sm2SignatureForm): Uint8Array;
  /** Overwrites the secret; signing throws afterwards. */
  wipe(): void;
}

export interface Sm2AgreementInput {
  /** Who sent the first message; the initiator's identity is hashed first. */
  readonly role: 'initiator' | 'responder';
  readonly privateKey: PrivateKey;
  /** A key pair made for this run alone, wiped by its owner afterwards. */
  readonly ephemeral: PrivateKey;
  readonly userId: Uint8Array;
  readonly peerKey: PublicKey;
  readonly peerEphemeral: PublicKey;
  readonly peerUserId: Uint8Array;
  /** Bytes of key wanted. */
  readonly length: number;
}

export interface Sm2Agreement {
  readonly key: Uint8Array;
  /** 32 bytes to send to the peer, who expects them. */
  readonly send: Uint8Array;
  /** 32 bytes the peer must send; compare with `equalBytes` before the key is used. */
  readonly expect: Uint8Array;
}

/**
 * SM2 beyond signing messages. Of the engines only the addon and the WASM have it: on the floor alone every function throws
 * ERR_CRYPTO_ALGORITHM_UNSUPPORTED.
 */
export interface Sm2Ops {
  /** @throws {CodedError} ERR_CRYPTO_KEY_INVALID when the scalar is not in [1, n − 2] */
  openSigningKey(key: PrivateKey): Sm2SigningKey;
  /** One signature of e = SM3(ZA ‖ M), 32 bytes. */
  signDigest(key: PrivateKey, e: Uint8Array, form?: Sm2SignatureForm): Uint8Array;
  verifyDigest(key: PublicKey, e: Uint8Array, signature: Uint8Array, form?: Sm2SignatureForm): boolean;
  /** @throws {CodedError} ERR_CRYPTO_PLAINTEXT_EMPTY: the standard has no ciphertext of nothing */
  encrypt(key: PublicKey, plaintext: Uint8Array, form?: Sm2CiphertextForm): Uint8Array;
  /**
   * Without a form it is told by the first byte, and the two concatenations by which of them C3 confirms (gm-standards: also
   * without the 04, and with a compressed C1).
   *
   * @throws {CodedError} ERR_CRYPTO_CIPHERTEXT_INVALID, the same for every cause
   */
  decrypt(key: PrivateKey, ciphertext: Uint8Array, form?: Sm2CiphertextForm): Uint8Array;
  /** GB/T 32918.3-2016. @throws {CodedError} ERR_CRYPTO_KEY_INVALID */
  agree(input: Sm2AgreementInput): Sm2Agreement;
  /**
   * Proves an imported private key: its scalar is in [1, n − 2], and the public key it states is its own.
   *
   * @returns the public key, computed
   * @throws {CodedError} ERR_CRYPTO_KEY_INVALID
   */
  checkPrivateKey(key: PrivateKey): Extract<PublicKey, { readonly kind: 'sm2' }>;
  /** The KDF of GB/T 32918.4-2016 §5.4.3; `z` at most 2048 bytes. */
  deriveKey(z: Uint8Array, length: number): Uint8Array;
}

export interface Sm4CipherOptions {
  readonly mode: 'cbc' | 'ctr';
  readonly direction: 'encrypt' | 'decrypt';
  /** 16 bytes. */
  readonly key: Uint8Array;
  /** 16 bytes: the initial vector of CBC, the first counter block of CTR. */
  readonly iv: Uint8Array;
  /** CBC only; PKCS#7 by default. */
  readonly padding?: 'pkcs7' | 'none';
}

/** A message in pieces of any length. @throws {CodedError} ERR_CRYPTO_PARAMETER_INVALID after its end */
export interface Sm4Cipher {
  update(chunk: Uint8Array): Uint8Array;
  /** What is left. The key is overwritten. @throws {CodedError} ERR_CRYPTO_CIPHERTEXT_INVALID for wrong padding or length */
  finish(): Uint8Array;
}

export interface Sm4AeadOptions {
  readonly mode: 'gcm' | 'ccm';
  readonly key: Uint8Array;
  /** GCM: at least 1 byte, 12 by habit; CCM: 7 to 13. Never twice with one key. */
  readonly nonce: Uint8Array;
  readonly additionalData?: Uint8Array;
  /** Bytes: 12 to 16 for GCM; 4, 6 … 16 for CCM. Default 16. */
  readonly tagLength?: number;
}

export interface Sm4AeadStreamOptions extends Sm4AeadOptions {
  readonly direction: 'encrypt' | 'decrypt';
  /** CCM writes the length in front: bytes of the whole message. */
  readonly messageLength?: number;
}

/** Ends with its tag or with `verify`. @throws {CodedError} ERR_CRYPTO_PARAMETER_INVALID after that */
export interface Sm4AeadStream {
  /** NOTE: while decrypting this is unproven until {@link verify}; act on nothing before. */
  update(chunk: Uint8Array): Uint8Array;
  /** The tag, at the end of encrypting. */
  tag(): Uint8Array;
  /** The end of decrypting. @throws {CodedError} ERR_CRYPTO_CIPHERTEXT_INVALID */
  verify(tag: Uint8Array): void;
}

/** SM4 (GB/T 32907-2016) in the modes of GB/T 17964 and of NIST SP 800-38C and D, constant time in every engine of ours. */
export interface Sm4Ops {
  createCipher(options: Sm4CipherOptions): Sm4Cipher;
  createAead(options: Sm4AeadStreamOptions): Sm4AeadStream;
  /** @returns ciphertext ‖ tag */
  seal(options: Sm4AeadOptions, plaintext: Uint8Array): Uint8Array;
  /** @throws {CodedError} ERR_CRYPTO_CIPHERTEXT_INVALID */
  open(options: Sm4AeadOptions, sealed: Uint8Array): Uint8Array;
}
