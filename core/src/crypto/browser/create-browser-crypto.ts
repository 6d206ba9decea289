import { CodedError } from '../../errors/coded-error.ts';
import type { GmEngine } from '../gm/engine.ts';
import { findEngineFault } from '../gm/engine-self-test.ts';
import { hmacSm3 } from '../gm/hmac-sm3.ts';
import { createSm2Ops, generateSm2KeyPair, signMessageSm2, verifyMessageSm2 } from '../gm/sm2-ops.ts';
import { defaultTables, Sm2Verifier, type TableOptions } from '../gm/sm2-verification.ts';
import { createSm4Ops } from '../gm/sm4-aead.ts';
import { engineSource } from '../gm/sm4-blocks.ts';
import { loadWasmEngine } from '../gm/wasm-engine.ts';
import type { CryptoOps, DigestAlgorithm, IncrementalDigest, SignatureAlgorithm } from '../ops.ts';
import { requireMatch } from '../require-match.ts';
import { selfTest } from '../self-test.ts';

/** Of the page's Web Crypto only its randomness is used: the rest answers later, and {@link CryptoOps} answers at once. */
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };

/** Most that `getRandomValues` gives at once (W3C Web Cryptography §10.1.1). */
const maxRandom = 65_536;

/**
 * SM2, SM3 and SM4 for a page, a worker or an Electron window, by the WASM engine after its known-answer tests. The other algorithms
 * are refused: a page has Web Crypto for them.
 *
 * @throws {CodedError} ERR_CRYPTO_SELF_TEST_FAILED
 */
export async function createBrowserCrypto(options: Partial<TableOptions> = {}): Promise<CryptoOps> {
  const engine = await loadWasmEngine();
  const fault = findEngineFault(engine);
  if (fault !== undefined)
    throw new CodedError('ERR_CRYPTO_SELF_TEST_FAILED', { engine: 'onelock-gm-wasm' }, { cause: fault });
  const ops = overEngine(engine, { ...defaultTables, ...options });
  selfTest(ops);
  return ops;
}

function overEngine(engine: GmEngine, tables: TableOptions): CryptoOps {
  const verifier = new Sm2Verifier(engine, tables);
  return {
    engine: 'onelock-gm-wasm',
    engines: [
      { name: 'addon', state: 'absent' },
      { name: 'wasm', state: 'in-use' },
      { name: 'floor', state: 'absent' },
    ],
    digest: (algorithm, ...chunks) => {
      const running = createDigest(engine, algorithm);
      for (const chunk of chunks) running.update(chunk);
      return running.digest();
    },
    createDigest: (algorithm) => createDigest(engine, algorithm),
    verify: (key, algorithm, message, signature) => {
      requireMatch(key, algorithm);
      return verifyMessageSm2(verifier, key, userIdOf(algorithm), message, signature);
    },
    sign: (key, algorithm, message) => {
      requireMatch(key, algorithm);
      return signMessageSm2(engine, random, key, userIdOf(algorithm), message);
    },
    generateKeyPair: (kind) => {
      if (kind.kind !== 'sm2') throw unsupported(kind.kind);
      return generateSm2KeyPair(engine, random);
    },
    random,
    hmacSm3: (key, ...chunks) => hmacSm3(engine, key, ...chunks),
    sm2: createSm2Ops(engine, verifier, random),
    sm4: createSm4Ops(engineSource(engine)),
  };
}

function random(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += maxRandom) crypto.getRandomValues(bytes.subarray(at, at + maxRandom));
  return bytes;
}

function createDigest(engine: GmEngine, algorithm: DigestAlgorithm): IncrementalDigest {
  if (algorithm !== 'sm3') throw unsupported(algorithm);
  return engine.createDigest();
}

function userIdOf(algorithm: SignatureAlgorithm): Uint8Array {
  if (algorithm.kind !== 'sm2-sm3') throw unsupported(algorithm.kind);
  return algorithm.userId;
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
}
