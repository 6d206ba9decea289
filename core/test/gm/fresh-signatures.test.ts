import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { encodeEcdsaSignature, sm2DefaultUserId } from '@onelock/core/crypto';
import { describe, expect, it } from 'vitest';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { createAddonEngine, type GmBinding } from '../../src/crypto/gm/addon-engine.ts';
import { drawScalar } from '../../src/crypto/gm/nonce.ts';
import { buildSm2PublicKey } from '../../src/crypto/gm/sm2-public-key.ts';
import { zaBy } from '../../src/crypto/gm/za.ts';
import { createFloor } from '../../src/crypto/node/floor.ts';
import { forEachEngine } from './each-engine.ts';
import { addonFile, createAddonOrThrow, createWasmEngine, type GmEngine } from './engines.ts';
import { multiply, n, pointBytes, toBytes, toNumber } from './reference.ts';

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const d = (toNumber(randomBytes(32)) % (n - 2n)) + 1n;
const floor = createFloor(4);

function keyOf(engine: GmEngine): { readonly point: Uint8Array; readonly prepared: Uint8Array } {
  const [point, prepared] = [engine.derivePublicKey(toBytes(d)), engine.prepare(toBytes(d))];
  if (point === undefined || prepared === undefined) throw new Error('no key');
  return { point, prepared };
}

/** k = s·(1 + d) + r·d: whoever knows d knows the nonce of each signature. */
function nonceOf(signature: Uint8Array): bigint {
  const [r, s] = [toNumber(signature.subarray(0, 32)), toNumber(signature.subarray(32))];
  return (s * (1n + d) + r * d) % n;
}

forEachEngine('signatures with nonces of their own', (engine) => {
  const { point, prepared } = keyOf(engine);
  const za = zaBy(engine, point, sm2DefaultUserId);

  it('draws every nonce anew, evenly, also for the same message', () => {
    const count = 2000;
    const message = random(32);
    const nonces = Array.from({ length: count }, (_, index) =>
      nonceOf(
        index % 2 === 0
          ? engine.signMessage(prepared, za, message, random)
          : engine.signDigest(prepared, message, random),
      ),
    );
    expect(new Set(nonces).size).toBe(count);
    // Each of the 256 bits is one in half of them; 180 is eight standard deviations.
    for (let bit = 0n; bit < 256n; bit++) {
      const ones = nonces.filter((k) => ((k >> bit) & 1n) === 1n).length;
      expect(Math.abs(ones - count / 2)).toBeLessThan(180);
    }
  });

  it('signs and verifies messages of every length, and OpenSSL agrees', () => {
    const lengths = [...Array(130).keys(), 2016, 2047, 2048, 2049, 4064, 4095, 4096, 4097, 20_000];
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const key = buildSm2PublicKey(point);
    const table = engine.createTable(point);
    for (const length of lengths) {
      const message = random(length);
      const signature = engine.signMessage(prepared, za, message, random);
      expect(floor.verify(key, algorithm, message, encodeEcdsaSignature(signature))).toBe(true);
      expect(engine.verifyMessage(point, za, message, signature)).toBe(true);
      expect(table?.verifyMessage(za, message, signature)).toBe(true);
      const other = Buffer.concat([message, Buffer.of(0)]);
      expect(engine.verifyMessage(point, za, other, signature)).toBe(false);
      expect(table?.verifyMessage(za, other, signature)).toBe(false);
    }
    table?.free();
  });

  it('refuses to sign with what is no key', () => {
    const none = new Uint8Array(32);
    expect(() => engine.signDigest(none, none, random)).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => engine.signMessage(none, za, none, random)).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('multiplies the base point around every turn of a window as the complete formulas do', () => {
    const base = pointBytes(multiply(1n));
    for (const width of [5n, 6n])
      for (let window = 0n; window * width < 256n; window++)
        for (const digit of [1n, 1n << (width - 1n), (1n << width) - 1n])
          for (const beside of [-1n, 0n, 1n]) {
            const k = toBytes(((digit << (window * width)) + beside + n) % n || 1n);
            expect(Buffer.from(engine.multiplyBase(k) ?? [])).toEqual(Buffer.from(engine.multiply(k, base) ?? [1]));
          }
  });
});

requireReal('the compiled addon', addonFile)('the addon', (file) => {
  const binding = createRequire(import.meta.url)(file) as GmBinding;
  const engine = createAddonOrThrow();

  it('leaves no key in the memory that it shares', () => {
    const { point, prepared } = keyOf(engine);
    const za = zaBy(engine, point, sm2DefaultUserId);
    engine.signMessage(prepared, za, random(100), random);
    engine.signDigest(prepared, za, random);
    engine.digest(prepared);
    expect(Buffer.from(binding.shared).includes(Buffer.from(prepared))).toBe(false);
    // The search finds a key where there is one.
    binding.shared.set(prepared, 64);
    expect(Buffer.from(binding.shared).includes(Buffer.from(prepared))).toBe(true);
    binding.shared.fill(0);
  });

  it('takes nonces from the caller where the system gives C none', () => {
    const elsewhere = createAddonEngine({ ...binding, signShared: () => false });
    const { point, prepared } = keyOf(elsewhere);
    const za = zaBy(elsewhere, point, sm2DefaultUserId);
    const given = toBytes(0x5a5an << 200n);
    const signature = elsewhere.signMessage(prepared, za, given, () => new Uint8Array(given));
    expect(nonceOf(signature)).toBe(0x5a5an << 200n);
    expect(elsewhere.verifyMessage(point, za, given, signature)).toBe(true);
  });

  it('touches no memory that was transferred away', async () => {
    // In a thread, whose addon shares memory of its own.
    const program = `const { parentPort, workerData } = require('node:worker_threads');
      const binding = require(workerData);
      const moved = structuredClone(binding.shared, { transfer: [binding.shared.buffer] });
      const before = moved.slice();
      const calls = [() => binding.signShared(-1), () => binding.verifyShared(8), () => binding.digestShared(8),
        () => binding.verifySharedWithTable(new Uint8Array(binding.tableBytes), 8)];
      const thrown = calls.map((call) => { try { call(); return 'nothing'; } catch (error) { return error.name; } });
      parentPort.postMessage({ thrown, untouched: Buffer.from(moved).equals(before) });`;
    const worker = new Worker(program, { eval: true, workerData: file });
    const answer: unknown = await new Promise((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    );
    await worker.terminate();
    expect(answer).toEqual({ thrown: Array(4).fill('TypeError'), untouched: true });
  });

  it('refuses lengths that do not fit what it shares', () => {
    const calls = [binding.signShared, binding.verifyShared, binding.digestShared];
    for (const call of calls)
      for (const length of [-2, 4097, 2 ** 30, '7', undefined]) expect(() => call(length as number)).toThrow(TypeError);
    expect(binding.verifySharedWithTable(new Uint8Array(8), 0)).toBe(false);
  });
});

describe('the range of a nonce', () => {
  /** How many octets of a number are looked at. */
  function reads(octets: Uint8Array): number {
    let count = 0;
    const watched = new Proxy(octets, {
      get: (target, name) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) count++;
        return Reflect.get(target, name, target) as unknown;
      },
    });
    expect(drawScalar(() => watched)).toBe(watched);
    return count;
  }

  it('is tested without telling how the number begins', () => {
    const below = [toBytes(1n), toBytes(n - 1n), toBytes(1n << 255n), toBytes(1n << 200n), toBytes(0xffn << 248n)];
    for (const number of below) expect(reads(new Uint8Array(number))).toBe(32);
  });

  it('has an end on both sides, and 32 octets', () => {
    for (const number of [0n, n, n + 1n, (1n << 256n) - 1n])
      expect(() => drawScalar(() => new Uint8Array(toBytes(number)))).toFailWith('ERR_CRYPTO_KEY_INVALID');
    for (const length of [0, 31, 33])
      expect(() => drawScalar(() => new Uint8Array(length).fill(1))).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });
});

describe('a source of random numbers that is broken', () => {
  const wasm = createWasmEngine();
  const { prepared } = keyOf(wasm);

  it.each([
    ['zeros', 0],
    ['ones', 0xff],
  ])('makes no signature rather than one with a known nonce: %s', (_, octet) => {
    const stuck = (length: number): Uint8Array => new Uint8Array(length).fill(octet);
    expect(() => wasm.signDigest(prepared, random(32), stuck)).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });
});
