import type { RandomBytes } from './nonce.ts';

/**
 * What both builds of core/native give, over bytes: scalars and coordinates are 32 bytes, big-endian, left-padded; a point is 64
 * bytes X ‖ Y; a signature is 64 bytes r ‖ s. Lengths are the caller's duty. What cannot be (a scalar out of range, a point off the
 * curve, infinity) gives undefined or false. Results are the caller's own arrays.
 */
export interface GmEngine {
  readonly name: 'addon' | 'wasm';

  /** Are these two coordinates below p and on the curve? */
  checkPublicKey(point: Uint8Array): boolean;
  /** d·G for d in [1, n − 2]. Constant time in d. */
  derivePublicKey(d: Uint8Array): Uint8Array | undefined;
  /** (1 + d)⁻¹ mod n, what signing needs of d. Constant time in d. */
  prepare(d: Uint8Array): Uint8Array | undefined;
  /**
   * Signs e with the prepared key and the nonce k; undefined when k will not do and another must be drawn. Constant time. For examples
   * and tests, which know their k; signatures are made by the two below.
   */
  sign(prepared: Uint8Array, k: Uint8Array, e: Uint8Array): Uint8Array | undefined;
  /** Signs e with a nonce drawn for this signature alone: by the engine from the system where it can, else from `random`. */
  signDigest(prepared: Uint8Array, e: Uint8Array, random: RandomBytes): Uint8Array;
  /** {@link signDigest} of e = SM3(ZA ‖ M). */
  signMessage(prepared: Uint8Array, za: Uint8Array, message: Uint8Array, random: RandomBytes): Uint8Array;
  verify(point: Uint8Array, e: Uint8Array, signature: Uint8Array): boolean;
  /** {@link verify} with e = SM3(ZA ‖ M). */
  verifyMessage(point: Uint8Array, za: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** Multiples of a key that verifies many signatures. */
  createTable(point: Uint8Array): GmTable | undefined;
  /** k·P for a secret k in [1, n − 1]. Constant time in k. */
  multiply(k: Uint8Array, point: Uint8Array): Uint8Array | undefined;
  /** k·G, likewise. */
  multiplyBase(k: Uint8Array): Uint8Array | undefined;
  add(p: Uint8Array, q: Uint8Array): Uint8Array | undefined;
  /** (a + b·c) mod n. Constant time. */
  multiplyAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array;

  /** SM3. */
  digest(data: Uint8Array): Uint8Array;
  createDigest(): GmDigest;
  /** The KDF of GB/T 32918.4-2016 §5.4.3. */
  deriveKey(z: Uint8Array, length: number): Uint8Array;

  /** SM4 with a key of 16 bytes. */
  createCipher(key: Uint8Array): GmCipher;
  /** GHASH of NIST SP 800-38D §6.4; changes `state` (16 bytes); a short last block is padded with zeros. */
  ghash(state: Uint8Array, h: Uint8Array, data: Uint8Array): void;
}

export interface GmTable {
  verify(e: Uint8Array, signature: Uint8Array): boolean;
  verifyMessage(za: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** Gives the memory back; the table is of no use afterwards. */
  free(): void;
}

export interface GmDigest {
  update(chunk: Uint8Array): void;
  /** 32 bytes; the digest is of no use afterwards. */
  digest(): Uint8Array;
}

/** SM4 under one key. Blocks are 16 bytes; `iv` and `counter` are changed, so that a message may come in pieces. */
export interface GmCipher {
  ecb(direction: CipherDirection, data: Uint8Array): Uint8Array;
  cbc(direction: CipherDirection, iv: Uint8Array, data: Uint8Array): Uint8Array;
  /** Any length; `counterBytes` at the end of the block count (16 for CTR, 4 for GCM). */
  ctr(counter: Uint8Array, counterBytes: 4 | 16, data: Uint8Array): Uint8Array;
  /** Overwrites the expanded key. */
  wipe(): void;
}

export type CipherDirection = 'encrypt' | 'decrypt';
