import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import type { GmEngine } from '../../src/crypto/gm/engine.ts';
import { findEngineFault } from '../../src/crypto/gm/engine-self-test.ts';
import { chooseEngine, type EngineSource } from '../../src/crypto/node/choose-engine.ts';
import { findDifference } from '../../src/crypto/node/cross-test.ts';
import { createFloor } from '../../src/crypto/node/floor.ts';
import { addonFile, createWasmEngine } from './engines.ts';

const floor = createFloor(16);
const wasm = createWasmEngine();
const flip = (bytes: Uint8Array | undefined): Uint8Array | undefined =>
  bytes?.map((octet, index) => (index === bytes.length - 1 ? octet ^ 1 : octet));
const must = (bytes: Uint8Array | undefined): Uint8Array => bytes ?? new Uint8Array(0);

/** One wrong bit in one function each. */
const faulty: readonly (readonly [string, Partial<GmEngine>, string])[] = [
  ['digests wrongly', { digest: (data) => must(flip(wasm.digest(data))) }, 'SM3'],
  ['derives keys wrongly', { derivePublicKey: (d) => flip(wasm.derivePublicKey(d)) }, 'SM2 key'],
  ['takes points off the curve', { checkPublicKey: () => true }, 'SM2 key'],
  ['signs wrongly', { sign: (key, k, e) => flip(wasm.sign(key, k, e)) }, 'SM2 signature'],
  ['accepts everything', { verify: () => true }, 'SM2 verification'],
  ['accepts nothing', { verify: () => false }, 'SM2 verification'],
  ['accepts every message', { verifyMessage: () => true }, 'SM2 verification'],
  ['accepts no message', { verifyMessage: () => false }, 'SM2 verification'],
  [
    'accepts every message by its tables',
    {
      createTable: (point) => {
        const table = wasm.createTable(point);
        return table && { ...table, verifyMessage: () => true };
      },
    },
    'SM2 verification',
  ],
  ['signs messages wrongly', { signMessage: (...given) => must(flip(wasm.signMessage(...given))) }, 'own'],
  ['signs digests wrongly', { signDigest: (...given) => must(flip(wasm.signDigest(...given))) }, 'own'],
  [
    'takes a nonce twice',
    { signDigest: (key, e) => wasm.signDigest(key, e, (length) => new Uint8Array(length).fill(3)) },
    'own',
  ],
  ['multiplies wrongly', { multiply: (k, point) => flip(wasm.multiply(k, point)) }, 'SM2 encryption'],
  ['adds points wrongly', { add: (p, q) => flip(wasm.add(p, q)) }, 'SM2 sums'],
  ['calculates with scalars wrongly', { multiplyAdd: (a, b, c) => must(flip(wasm.multiplyAdd(a, b, c))) }, 'SM2 sums'],
  ['makes no tables', { createTable: () => undefined }, 'SM2 verification'],
  [
    'throws',
    {
      multiplyBase: () => {
        throw new Error('trap');
      },
    },
    'SM2 encryption',
  ],
  ['authenticates nothing', { ghash: () => undefined }, 'SM4-GCM'],
  [
    'enciphers wrongly',
    {
      createCipher: (key) => {
        const cipher = wasm.createCipher(key);
        return { ...cipher, ecb: (direction, data) => must(flip(cipher.ecb(direction, data))) };
      },
    },
    'SM4',
  ],
  [
    'deciphers chains wrongly',
    {
      createCipher: (key) => {
        const cipher = wasm.createCipher(key);
        const cbc: typeof cipher.cbc = (direction, iv, data) => {
          const out = cipher.cbc(direction, iv, data);
          return direction === 'encrypt' ? out : must(flip(out));
        };
        return { ...cipher, cbc };
      },
    },
    'SM4 example',
  ],
];

describe('the choice of an engine', () => {
  it.each(faulty)('finds an engine that %s', (_, fault, where) => {
    expect(findEngineFault({ ...wasm, ...fault })).toContain(where);
  });

  it('passes an engine that is right, by the examples and by OpenSSL', () => {
    expect(findEngineFault(wasm)).toBeUndefined();
    expect(findDifference(wasm, floor)).toBeUndefined();
  });

  it('finds by OpenSSL what the examples do not show', () => {
    const onlyLong = (data: Uint8Array): Uint8Array =>
      must(data.length > 64 ? flip(wasm.digest(data)) : wasm.digest(data));
    expect(findDifference({ ...wasm, digest: onlyLong }, floor)).toBeDefined();
    const example = must(wasm.multiplyBase(new Uint8Array(32).fill(7, 31)));
    expect(findDifference({ ...wasm, derivePublicKey: () => example }, floor)).toBe('public key');
  });

  const broken: EngineSource = { name: 'addon', load: () => ({ ...wasm, name: 'addon', verify: () => true }) };
  const crashing: EngineSource = {
    name: 'addon',
    load: () => {
      throw new Error('invalid ELF header');
    },
  };
  const absent: EngineSource = { name: 'addon', load: () => undefined };
  const good: EngineSource = { name: 'wasm', load: () => wasm };

  it('takes WASM where the addon is absent, and says nothing about it', () => {
    const { engine, statuses } = chooseEngine('auto', floor, [absent, good]);
    expect(engine).toBe(wasm);
    expect(statuses.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'addon absent',
      'wasm in-use',
      'floor unused',
    ]);
  });

  it('disables an addon that is wrong or does not load, with the code and the reason, and goes on', () => {
    for (const [source, detail] of [
      [broken, 'SM2 verification example'],
      [crashing, 'invalid ELF header'],
    ] as const) {
      const { engine, statuses } = chooseEngine('auto', floor, [source, good]);
      expect(engine).toBe(wasm);
      expect(statuses[0]).toMatchObject({
        name: 'addon',
        state: 'disabled',
        reason: { code: 'ERR_CRYPTO_SELF_TEST_FAILED' },
      });
      expect(statuses[0]?.detail).toContain(detail);
    }
  });

  it('falls to the floor when nothing passes', () => {
    const { engine, statuses } = chooseEngine('auto', floor, [broken]);
    expect(engine).toBeUndefined();
    expect(statuses.at(-1)).toEqual({ name: 'floor', state: 'in-use' });
  });

  it('uses what is compiled here, and each engine when it is asked for', () => {
    const inUse = (ops: ReturnType<typeof createNodeCrypto>): string | undefined =>
      ops.engines.find(({ state }) => state === 'in-use')?.name;
    expect(inUse(createNodeCrypto({ engine: 'auto' }))).toBe(addonFile === undefined ? 'wasm' : 'addon');
    expect(inUse(createNodeCrypto({ engine: 'wasm' }))).toBe('wasm');
    expect(createNodeCrypto({ engine: 'wasm' }).engine).toMatch(/^onelock-gm-wasm\+node-openssl-/);
    const bare = createNodeCrypto({ engine: 'floor' });
    expect(inUse(bare)).toBe('floor');
    expect(() => bare.sm2.deriveKey(new Uint8Array(1), 1)).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
  });

  it('does as the environment says, in a process of its own: all of SM2, SM3 and SM4 without the addon', () => {
    const program = fileURLToPath(new URL('one-engine.ts', import.meta.url));
    for (const [wanted, able] of [
      ['wasm', true],
      ['floor', false],
    ] as const) {
      const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=onelock-source', program], {
        encoding: 'utf8',
        env: { ...process.env, ONELOCK_GM_ENGINE: wanted },
      });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({ inUse: wanted, signs: true, encrypts: able, seals: able });
    }
  });
});
