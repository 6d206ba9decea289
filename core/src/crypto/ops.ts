import type { EngineStatus, Sm2Ops, Sm4Ops } from './gm-ops.ts';

export type {
  EngineStatus,
  Sm2Agreement,
  Sm2AgreementInput,
  Sm2CiphertextForm,
  Sm2Ops,
  Sm2SignatureForm,
  Sm2SigningKey,
  Sm4AeadOptions,
  Sm4AeadStream,
  Sm4AeadStreamOptions,
  Sm4Cipher,
  Sm4CipherOptions,
  Sm4Ops,
} from './gm-ops.ts';

/**
 * What the rest of core needs from cryptography. Passed in, never imported: the rooms above know no engine.
 * Synchronous by decision (docs/adr/0001-crypto-ops-is-synchronous.md): a verdict is one pure computation, and
 * whoever wants parallel work puts whole judgements on worker threads.
 */
export interface CryptoOps {
  /** Names the engine in reports and self-tests, e.g. `onelock-gm-addon+node-openssl-3.5.8`. */
  readonly engine: string;

  /** The engines of SM2, SM3 and SM4 in their order of choice, and what became of each. */
  readonly engines: readonly EngineStatus[];

  /** Digest of the concatenated chunks. */
  digest(algorithm: DigestAlgorithm, ...chunks: readonly Uint8Array[]): Uint8Array;

  /** Incremental digest for streamed content. */
  createDigest(algorithm: DigestAlgorithm): IncrementalDigest;

  /**
   * The mathematics of one signature, and nothing about trust. False has exactly one meaning: these bytes are not a
   * signature of that message by that key. `signature` is DER for ECDSA and SM2 (SEQUENCE { r, s }, strict).
   *
   * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_CRYPTO_KEY_INVALID (e.g. point not on the curve)
   */
  verify(key: PublicKey, algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array): boolean;

  /** Signs with a software key (test CA, soft token). Same encodings as {@link verify}. */
  sign(key: PrivateKey, algorithm: SignatureAlgorithm, message: Uint8Array): Uint8Array;

  generateKeyPair(kind: KeyKind): { readonly privateKey: PrivateKey; readonly publicKey: PublicKey };

  /** Cryptographically secure random bytes. */
  random(length: number): Uint8Array;

  /** HMAC (RFC 2104, GB/T 15852.2) with SM3: 32 bytes. */
  hmacSm3(key: Uint8Array, ...chunks: readonly Uint8Array[]): Uint8Array;

  readonly sm2: Sm2Ops;
  readonly sm4: Sm4Ops;
}

export type DigestAlgorithm =
  | 'sm3'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sha3-224'
  | 'sha3-256'
  | 'sha3-384'
  | 'sha3-512';

export interface IncrementalDigest {
  update(chunk: Uint8Array): void;
  digest(): Uint8Array;
}

export type EcCurve = 'sm2' | 'p256' | 'p384' | 'p521';
export type KeyKind =
  | { readonly kind: 'sm2' }
  | { readonly kind: 'rsa'; readonly bits: 2048 | 3072 | 4096 }
  | { readonly kind: 'ec'; readonly curve: Exclude<EcCurve, 'sm2'> };

export interface PssParameters {
  readonly digest: DigestAlgorithm;
  readonly mgf1Digest: DigestAlgorithm;
  /** Octets. */
  readonly saltLength: number;
}

/** A parsed SubjectPublicKeyInfo. `spki` is its DER, whole. */
export type PublicKey =
  | {
      readonly kind: 'rsa';
      readonly spki: Uint8Array;
      readonly modulusBits: number;
      readonly publicExponent: bigint;
      /**
       * Set for id-RSASSA-PSS keys (RFC 4055 §1.2), which accept no PKCS#1 v1.5 signature; with parameters, only PSS of these
       * digests and at least this salt.
       */
      readonly pss?: 'any' | PssParameters;
    }
  | {
      readonly kind: 'sm2';
      readonly spki: Uint8Array /** 65 bytes, 0x04 ‖ X ‖ Y, on the curve */;
      readonly point: Uint8Array;
    }
  | {
      readonly kind: 'ec';
      readonly spki: Uint8Array;
      readonly curve: Exclude<EcCurve, 'sm2'>;
      readonly point: Uint8Array;
    }
  | { readonly kind: 'ed25519' | 'ed448'; readonly spki: Uint8Array }
  /** Well-formed but not an algorithm we do: a certificate with such a key parses, a signature by it cannot be checked. */
  | { readonly kind: 'unsupported'; readonly spki: Uint8Array; readonly algorithm: string };

/** A software private key: PKCS#8 DER (RFC 5208), to be wiped by its owner. */
export interface PrivateKey {
  readonly kind: 'rsa' | 'sm2' | 'ec';
  readonly pkcs8: Uint8Array;
}

export type SignatureAlgorithm =
  | { readonly kind: 'rsa-pkcs1v15'; readonly digest: DigestAlgorithm }
  | ({ readonly kind: 'rsa-pss' } & PssParameters)
  | { readonly kind: 'ecdsa'; readonly digest: DigestAlgorithm }
  /** GB/T 32918.2 with SM3; `userId` is hashed into ZA and is never implied. */
  | { readonly kind: 'sm2-sm3'; readonly userId: Uint8Array }
  | { readonly kind: 'ed25519' | 'ed448' };

/** `1234567812345678`, the id of GM/T 0009-2012 §10 used by certificates, CRLs, requests, messages and seals. */
export const sm2DefaultUserId: Uint8Array = Uint8Array.from({ length: 16 }, (_, index) => 0x31 + (index % 8));
