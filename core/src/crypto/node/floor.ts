import { createCipheriv, randomFillSync } from 'node:crypto';
import type { CryptoOps } from '../ops.ts';
import { bytesOf, createDigest, digest } from './digest.ts';
import { generateKeyPair } from './generate-key-pair.ts';
import { PublicKeyCache } from './keys.ts';
import { signMessage } from './sign.ts';
import { verifySignature } from './verify.ts';

/** What OpenSSL inside Node does by itself. */
export type Floor = Omit<CryptoOps, 'engines' | 'sm2' | 'sm4' | 'hmacSm3'>;

/** @param cachedKeys  imported public keys kept for reuse */
export function createFloor(cachedKeys: number): Floor {
  const keys = new PublicKeyCache(cachedKeys);
  const ops: Floor = {
    engine: `node-openssl-${process.versions.openssl}`,
    digest,
    createDigest,
    verify: (key, algorithm, message, signature) => verifySignature(ops, keys, key, algorithm, message, signature),
    sign: (key, algorithm, message) => signMessage(ops, key, algorithm, message),
    generateKeyPair,
    random: (length) => randomFillSync(new Uint8Array(length)),
  };
  return ops;
}

/** SM4 by OpenSSL: whole blocks, or any length in counter mode. */
export function floorSm4(mode: 'sm4-cbc' | 'sm4-ctr', key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv(mode, key, iv).setAutoPadding(false);
  const out = cipher.update(data);
  cipher.final();
  return bytesOf(out);
}
