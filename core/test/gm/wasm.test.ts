import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromHex } from '@onelock/core/bytes';
import { describe, expect, it } from 'vitest';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { wasmBytes } from '../../src/crypto/gm/wasm-engine.ts';
import { type WasmFunctions, WasmMemory } from '../../src/crypto/gm/wasm-memory.ts';

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const builder = fileURLToPath(new URL('../../native/build-wasm.ts', import.meta.url));
const compiler = ['/usr/bin/clang-14', '/usr/bin/clang'].find(
  (file) => existsSync(file) && spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout.includes('version 14.0.6'),
);
const linker = ['/usr/bin/wasm-ld-14', '/usr/bin/wasm-ld'].find((file) => existsSync(file));

requireReal('clang 14.0.6 with lld', linker === undefined ? undefined : compiler)('the committed WASM', () => {
  it('is what the sources give, byte for byte', () => {
    const { status, stderr } = spawnSync(process.execPath, [builder, '--check'], { encoding: 'utf8' });
    expect(stderr).toContain('is what the sources give');
    expect(status).toBe(0);
  });

  it('has no select but in set-up, verification and where public lengths are compared', () => {
    // A browser may turn `select` into a branch: where a secret chooses, masks must.
    const { stdout } = spawnSync(process.execPath, [builder, '--assembly'], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const found = new Map<string, number>();
    let name = '';
    for (const line of stdout.split('\n')) {
      name = /^(\w+):/.exec(line)?.[1] ?? name;
      if (/^\s+i(?:32|64)\.select/.test(line)) found.set(name, (found.get(name) ?? 0) + 1);
    }
    expect(name).not.toBe('');
    expect(stdout).toMatch(/^comb_mul:/m);
    expect(Object.fromEntries(found)).toEqual({
      sm2_setup: 1,
      sm2_verify_vartime: expect.any(Number),
      // Blocks left, and which way the rounds run.
      sm4_64_blocks: expect.any(Number),
      sm4_cbc_decrypt: expect.any(Number),
      sm4_ctr: expect.any(Number),
      ghash_update: expect.any(Number),
      sm3_kdf: expect.any(Number),
    });
  });
});

const number = (octet: number): Uint8Array => new Uint8Array(32).fill(octet);

/** Everything that computes with a secret. */
const secretWork: Readonly<Record<string, (wasm: WasmFunctions, memory: WasmMemory) => void>> = {
  sm2_sign: (wasm, memory) => {
    memory.call(64, [number(3), number(0x5a), number(7)], (...at) => wasm.sm2_sign(...at));
  },
  sm2_multiply: (wasm, memory) => {
    const point = memory.call(64, [number(9)], (k, out) => wasm.sm2_multiply_base(k, out)) ?? number(0);
    memory.call(64, [number(0x5a), point], (k, p, out) => wasm.sm2_multiply(k, p, out));
  },
  sm2_multiply_base: (wasm, memory) => {
    memory.call(64, [number(0x5a)], (k, out) => wasm.sm2_multiply_base(k, out));
  },
  sm2_derive_public_key: (wasm, memory) => {
    memory.call(64, [number(0x5a)], (d, out) => wasm.sm2_derive_public_key(d, out));
  },
  sm2_prepare_private_key: (wasm, memory) => {
    memory.call(32, [number(0x5a)], (d, out) => wasm.sm2_prepare_private_key(d, out));
  },
  sm2_scalar_multiply_add: (wasm, memory) => {
    memory.mustCall(32, [number(1), number(2), number(3)], (...at) => wasm.sm2_scalar_multiply_add(...at));
  },
};

describe('the WASM', () => {
  const exports = new WebAssembly.Instance(new WebAssembly.Module(wasmBytes())).exports as WasmFunctions;
  exports.sm2_setup();
  const memory = new WasmMemory(exports);
  const holds = (secret: Uint8Array): boolean => Buffer.from(exports.memory.buffer).includes(Buffer.from(secret));

  it('is small, and asks nothing of its surroundings', () => {
    expect(wasmBytes().length).toBeLessThanOrEqual(60_000);
  });

  it('leaves no key, nonce or shared point in its memory', () => {
    const d = fromHex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8');
    const k = fromHex('59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21');
    const prepared = memory.call(32, [d], (at, out) => exports.sm2_prepare_private_key(at, out)) ?? new Uint8Array(32);
    const point = memory.call(64, [d], (at, out) => exports.sm2_derive_public_key(at, out)) ?? new Uint8Array(64);
    const signature = memory.call(64, [prepared, k, d], (...at) => exports.sm2_sign(...at));
    const shared = memory.call(64, [k, point], (at, p, out) => exports.sm2_multiply(at, p, out)) ?? new Uint8Array(64);
    expect(signature).toBeDefined();
    for (const secret of [d, k, prepared, shared.subarray(0, 32), shared.subarray(32)]) {
      expect(holds(secret)).toBe(false);
      // As the engine keeps scalars: 32-bit words, the lowest first.
      expect(holds(Uint8Array.from(secret).reverse())).toBe(false);
    }
    // The search itself finds what is there: the public point's table of G lies in memory, and so does what we put there.
    expect(memory.mustCall(0, [d], () => expect(holds(d)).toBe(true))).toHaveLength(0);
    expect(holds(d)).toBe(false);
  });

  it('leaves nothing of what it digested, as bytes or as the words of SM3', () => {
    const swapped = (octets: Uint8Array): Uint8Array => octets.map((_, index) => octets[index ^ 3] ?? 0);
    const left = (secret: Uint8Array): boolean => {
      const pieces = Array.from({ length: secret.length / 8 }, (_, index) => secret.subarray(8 * index, 8 * index + 8));
      return pieces.some((piece) => holds(piece) || holds(swapped(piece)));
    };
    const bytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
    for (const length of [8, 16, 32, 48, 56, 64, 72, 96, 128, 200]) {
      const secret = bytes(length);
      memory.mustCall(32, [secret], (data, out) => exports.sm3_digest(data, length, out));
      expect(left(secret)).toBe(false);
      memory.mustCall(40, [secret], (z, out) => exports.sm3_kdf(z, length, 1, out, 40));
      expect(left(secret)).toBe(false);
      memory.mustCall(0, [secret], () => expect(left(secret)).toBe(true));
    }
  });

  it.each(Object.entries(secretWork))('overwrites all of the stack that %s used', (_, work) => {
    // The stack grows down from where the heap begins. Marks tell how deep it went: what was wiped is zero, what is below untouched.
    const top = exports.__heap_base.value;
    const stack = new Uint8Array(exports.memory.buffer, top - 16_384, 16_384);
    stack.fill(0xa5);
    work(exports, memory);
    const wiped = stack.findIndex((octet) => octet !== 0xa5);
    expect(stack.length - wiped).toBeGreaterThan(4096);
    const left = stack.subarray(wiped).findIndex((octet) => octet !== 0);
    expect(left).toBe(-1);
  });
});
