import type { SealFormat } from './seal-place.ts';

/** Kinds of key pairs that are made on tokens. */
export const keySpecs = ['sm2', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'p256'] as const;
export type KeySpec = (typeof keySpecs)[number];

/** A new signing key pair. Its identity is listed at once, without certificates. */
export interface GeneratedKey {
  readonly identityId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

/**
 * An SM2 encryption key pair as a CA delivers it: SM2EnvelopedKey of GB/T 35276-2017 §7.4 and ENVELOPEDKEYBLOB of
 * GM/T 0016 in one form. See `parseEnvelopedKey` of `@onelock/core/pkcs12`.
 */
export interface EnvelopedKeyPair {
  /** DER of SM2Cipher (GB/T 35276 §7.2): the 16-byte key, encrypted to the identity's signing key. */
  readonly encryptedSymmetricKey: Uint8Array;
  /** 0x04 ‖ X ‖ Y of the key pair that is delivered. */
  readonly publicPoint: Uint8Array;
  /** In ECB without padding; what SM2EnvelopedKey allows is SM4. */
  readonly cipher: EnvelopeCipher;
  /**
   * The scalar under {@link cipher}: 32 bytes; or the 64 of ENVELOPEDKEYBLOB as the CA filled them, where the scalar is the
   * first 32 bytes and zeros follow, or the last 32 of the plain 64 (both are met).
   */
  readonly encryptedScalar: Uint8Array;
}

export const envelopeCiphers = ['sm4', 'sm1', 'ssf33'] as const;
export type EnvelopeCipher = (typeof envelopeCiphers)[number];

/** `user` unlocks keys, `admin` unblocks the user's. */
export const pinRoles = ['user', 'admin'] as const;
export type PinRole = (typeof pinRoles)[number];

/** What a token asks of its CA to have its PIN unblocked. */
export interface UnblockRequest {
  readonly request: Uint8Array;
  /** Seconds for which the token keeps it open. */
  readonly validSeconds: number;
}

/** One file on a token, e.g. a seal. */
export interface TokenFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Read in a session only. */
  readonly needsPin: boolean;
  /** It is an electronic seal, by what the driver's manifest declares; absent for anything else. */
  readonly seal?: SealFormat | undefined;
}

export const mechanismUses = [
  'sign',
  'verify',
  'encrypt',
  'decrypt',
  'wrap',
  'unwrap',
  'derive',
  'generate',
  'digest',
] as const;

/** What a token says of one of its algorithms, in the words of its own interface. */
export interface TokenMechanism {
  /** E.g. `CKM_RSA_PKCS`, `SGD_SM2_1`, or `0x80000105` where the number has no name. */
  readonly name: string;
  readonly value: number;
  readonly minKeyBits: number | null;
  readonly maxKeyBits: number | null;
  readonly uses: readonly (typeof mechanismUses)[number][];
}
