import { randomBytes } from 'node:crypto';
import type { CryptoOps } from '../ops.ts';
import { selfTest } from '../self-test.ts';
import { bytesOf, createDigest, digest } from './digest.ts';
import { generateKeyPair } from './generate-key-pair.ts';
import { PublicKeyCache } from './keys.ts';
import { signMessage } from './sign.ts';
import { verifySignature } from './verify.ts';

export interface NodeCryptoOptions {
  /** Imported public keys kept for reuse; default 1024. */
  readonly cachedKeys?: number;
}

/**
 * Cryptography by the OpenSSL inside Node. SM2 is computed with ZA made by us, over keys imported from DER: Node's one-shot
 * `sign` and `verify` and `X509Certificate.verify` apply an empty user id and are never used for SM2.
 *
 * @throws {CodedError} ERR_CRYPTO_SELF_TEST_FAILED when this Node cannot do SM2 rightly
 */
export function createNodeCrypto(options: NodeCryptoOptions = {}): CryptoOps {
  const keys = new PublicKeyCache(options.cachedKeys ?? 1024);
  const ops: CryptoOps = {
    engine: `node-openssl-${process.versions.openssl}`,
    digest,
    createDigest,
    verify: (key, algorithm, message, signature) => verifySignature(ops, keys, key, algorithm, message, signature),
    sign: (key, algorithm, message) => signMessage(ops, key, algorithm, message),
    generateKeyPair,
    random: (length) => bytesOf(randomBytes(length)),
  };
  selfTest(ops);
  return ops;
}
