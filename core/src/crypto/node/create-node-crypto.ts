import { concatBytes } from '../../bytes/compare.ts';
import type { GmEngine } from '../gm/engine.ts';
import { hmacSm3 } from '../gm/hmac-sm3.ts';
import { createSm2Ops, generateSm2KeyPair, signMessageSm2, unsupportedOps, verifyMessageSm2 } from '../gm/sm2-ops.ts';
import { defaultTables, Sm2Verifier, type TableOptions } from '../gm/sm2-verification.ts';
import { createSm4Ops } from '../gm/sm4-aead.ts';
import type { CryptoOps, EngineStatus } from '../ops.ts';
import { requireMatch } from '../require-match.ts';
import { selfTest } from '../self-test.ts';
import { type ChosenEngine, chooseEngine, type EngineChoice } from './choose-engine.ts';
import { createFloor, type Floor } from './floor.ts';
import { floorHmacSm3 } from './hmac.ts';
import { nodeSm4Source } from './sm4-source.ts';

export interface NodeCryptoOptions extends Partial<TableOptions> {
  /** Imported public keys kept for reuse; default 1024. */
  readonly cachedKeys?: number;
  /** Default: the environment's ONELOCK_GM_ENGINE, else `auto`. */
  readonly engine?: EngineChoice;
  /** Told of each engine that failed its self-test; a warning of the process by default. */
  readonly onDisabled?: (status: EngineStatus) => void;
}

/**
 * Cryptography for Node. SM2, SM3 and SM4 by our engine (the addon, else WASM), each proved before it is used; everything else, and SM2
 * where no engine passes, by the OpenSSL inside Node: with ZA made by us, over keys imported from DER, as Node's one-shot `sign`
 * and `verify` and `X509Certificate.verify` apply an empty user id.
 *
 * @throws {CodedError} ERR_CRYPTO_SELF_TEST_FAILED when even the floor cannot do SM2 rightly
 */
export function createNodeCrypto(options: NodeCryptoOptions = {}): CryptoOps {
  const floor = createFloor(options.cachedKeys ?? 1024);
  const { engine, statuses } = chooseOnce(options.engine ?? choiceOf(process.env.ONELOCK_GM_ENGINE), floor);
  for (const status of statuses) if (status.state === 'disabled') (options.onDisabled ?? warn)(status);
  const ops: CryptoOps =
    engine === undefined ? bareFloor(floor, statuses) : withEngine(floor, engine, statuses, options);
  selfTest(ops);
  return ops;
}

/** Proved once per process; programs and tests make many of these. */
const chosen = new Map<EngineChoice, ChosenEngine>();

function chooseOnce(choice: EngineChoice, floor: Floor): ChosenEngine {
  const found = chosen.get(choice) ?? (choice === 'floor' ? onlyFloor : chooseEngine(choice, floor));
  chosen.set(choice, found);
  return found;
}

const onlyFloor: ChosenEngine = {
  engine: undefined,
  statuses: [
    { name: 'addon', state: 'unused' },
    { name: 'wasm', state: 'unused' },
    { name: 'floor', state: 'in-use' },
  ],
};

function choiceOf(text: string | undefined): EngineChoice {
  return text === 'addon' || text === 'wasm' || text === 'floor' ? text : 'auto';
}

function warn(status: EngineStatus): void {
  process.emitWarning(`engine onelock-gm-${status.name} failed its self-test and is disabled: ${status.detail}`, {
    code: 'ERR_CRYPTO_SELF_TEST_FAILED',
  });
}

function bareFloor(floor: Floor, engines: readonly EngineStatus[]): CryptoOps {
  return { ...floor, engines, hmacSm3: floorHmacSm3, ...unsupportedOps() };
}

function withEngine(
  floor: Floor,
  engine: GmEngine,
  engines: readonly EngineStatus[],
  options: NodeCryptoOptions,
): CryptoOps {
  const { random } = floor;
  const verifier = new Sm2Verifier(engine, { ...defaultTables, ...options });
  // OpenSSL's SM3 is faster than WASM and slower than the addon.
  const digests: Pick<CryptoOps, 'digest' | 'createDigest'> =
    engine.name === 'wasm'
      ? floor
      : {
          digest: (algorithm, ...chunks) => {
            if (algorithm !== 'sm3') return floor.digest(algorithm, ...chunks);
            const [only] = chunks;
            return engine.digest(chunks.length === 1 && only !== undefined ? only : concatBytes(...chunks));
          },
          createDigest: (algorithm) => (algorithm === 'sm3' ? engine.createDigest() : floor.createDigest(algorithm)),
        };
  return {
    ...floor,
    engine: `onelock-gm-${engine.name}+${floor.engine}`,
    engines,
    digest: digests.digest,
    createDigest: digests.createDigest,
    verify: (key, algorithm, message, signature) => {
      if (algorithm.kind !== 'sm2-sm3') return floor.verify(key, algorithm, message, signature);
      requireMatch(key, algorithm);
      return verifyMessageSm2(verifier, key, algorithm.userId, message, signature);
    },
    sign: (key, algorithm, message) => {
      if (algorithm.kind !== 'sm2-sm3') return floor.sign(key, algorithm, message);
      requireMatch(key, algorithm);
      return signMessageSm2(engine, random, key, algorithm.userId, message);
    },
    generateKeyPair: (kind) => (kind.kind === 'sm2' ? generateSm2KeyPair(engine, random) : floor.generateKeyPair(kind)),
    hmacSm3: (key, ...chunks) => hmacSm3(engine, key, ...chunks),
    sm2: createSm2Ops(engine, verifier, random),
    sm4: createSm4Ops(nodeSm4Source(engine)),
  };
}
