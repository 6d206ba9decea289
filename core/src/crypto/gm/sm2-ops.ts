import { CodedError } from '../../errors/coded-error.ts';
import type { PrivateKey, PublicKey, Sm2Ops, Sm4Ops } from '../ops.ts';
import type { GmEngine } from './engine.ts';
import { drawScalar, type RandomBytes } from './nonce.ts';
import { decryptSm2, encryptSm2 } from './sm2-encryption.ts';
import { agreeSm2 } from './sm2-exchange.ts';
import { buildSm2PrivateKey } from './sm2-private-key.ts';
import { buildSm2PublicKey, sm2Coordinates } from './sm2-public-key.ts';
import { rawSm2Signature } from './sm2-signature-form.ts';
import { openSigningKey, publicKeyOfPrivate, requireDigest } from './sm2-signing.ts';
import type { Sm2Verifier } from './sm2-verification.ts';

/** {@link Sm2Ops} by an engine of ours. */
export function createSm2Ops(engine: GmEngine, verifier: Sm2Verifier, random: RandomBytes): Sm2Ops {
  return {
    openSigningKey: (key) => openSigningKey(engine, random, key),
    signDigest: (key, e, form) => signOnce(engine, random, key, (opened) => opened.signDigest(e, form)),
    verifyDigest: (key, e, signature, form = 'der') => {
      requireDigest(e);
      const raw = form === 'der' ? rawSm2Signature(signature) : signature.length === 64 ? signature : undefined;
      return raw !== undefined && verifier.verify(sm2Coordinates(key), e, raw);
    },
    encrypt: (key, plaintext, form = 'c1c3c2') => encryptSm2(engine, random, key, plaintext, form),
    decrypt: (key, ciphertext, form) => decryptSm2(engine, key, ciphertext, form),
    agree: (input) => agreeSm2(engine, input),
    checkPrivateKey: (key) => publicKeyOfPrivate(engine, key),
    deriveKey: (z, length) => engine.deriveKey(z, length),
  };
}

/** One SM2 signature of a message, DER. */
export function signMessageSm2(
  engine: GmEngine,
  random: RandomBytes,
  key: PrivateKey,
  userId: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  return signOnce(engine, random, key, (opened) => opened.sign(message, userId));
}

function signOnce(
  engine: GmEngine,
  random: RandomBytes,
  key: PrivateKey,
  sign: (opened: ReturnType<typeof openSigningKey>) => Uint8Array,
): Uint8Array {
  const opened = openSigningKey(engine, random, key);
  try {
    return sign(opened);
  } finally {
    opened.wipe();
  }
}

/** The mathematics of one SM2 signature over a message. */
export function verifyMessageSm2(
  verifier: Sm2Verifier,
  key: PublicKey,
  userId: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  // Not a signature at all: nothing verifies as zeros, but a key off the curve must be told even then.
  const raw = rawSm2Signature(signature) ?? new Uint8Array(64);
  return verifier.verifyMessage(sm2Coordinates(key), userId, message, raw);
}

/** d from the platform's randomness, in [1, n − 2]. */
export function generateSm2KeyPair(
  engine: GmEngine,
  random: RandomBytes,
): { readonly privateKey: PrivateKey; readonly publicKey: PublicKey } {
  for (;;) {
    const d = drawScalar(random);
    const point = engine.derivePublicKey(d);
    const privateKey = point && buildSm2PrivateKey(d, point);
    d.fill(0);
    if (point !== undefined && privateKey !== undefined) return { privateKey, publicKey: buildSm2PublicKey(point) };
  }
}

/** Where no engine of ours could be trusted: OpenSSL signs and verifies SM2 messages, and no more. */
export function unsupportedOps(): { readonly sm2: Sm2Ops; readonly sm4: Sm4Ops } {
  const refuse = (algorithm: string) => (): never => {
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
  };
  const sm2 = refuse('sm2 without the engine');
  const sm4 = refuse('sm4 without the engine');
  return {
    sm2: {
      openSigningKey: sm2,
      signDigest: sm2,
      verifyDigest: sm2,
      encrypt: sm2,
      decrypt: sm2,
      agree: sm2,
      checkPrivateKey: sm2,
      deriveKey: sm2,
    },
    sm4: { createCipher: sm4, createAead: sm4, seal: sm4, open: sm4 },
  };
}
