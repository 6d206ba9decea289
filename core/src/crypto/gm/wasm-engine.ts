import { fromBase64 } from '../../bytes/base64.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { GmDigest, GmEngine } from './engine.ts';
import { digestAfter } from './message-digest.ts';
import { withFreshScalar } from './nonce.ts';
import { wasmBase64 } from './wasm-bytes.ts';
import { wasmCipher, wasmDigest, wasmTables } from './wasm-contexts.ts';
import { type WasmFunctions, WasmMemory } from './wasm-memory.ts';

/** The part of the WebAssembly interface that is used here; neither Node's types nor ours have it without those of a page. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  instantiate(bytes: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>;
};

/** The WASM as it was built, about 50 kB. */
export function wasmBytes(): Uint8Array {
  return fromBase64(wasmBase64);
}

/** The engine over WASM, compiled at once: for Node and for workers. */
export function createWasmEngine(): GmEngine {
  return overInstance(new WebAssembly.Instance(new WebAssembly.Module(wasmBytes())).exports as WasmFunctions);
}

/** The same, for a page, where browsers forbid long compilations on the main thread. */
export async function loadWasmEngine(): Promise<GmEngine> {
  const { instance } = await WebAssembly.instantiate(wasmBytes());
  return overInstance(instance.exports as WasmFunctions);
}

function overInstance(wasm: WasmFunctions): GmEngine {
  wasm.sm2_setup();
  const memory = new WasmMemory(wasm);
  const sign: GmEngine['sign'] = (prepared, k, e) =>
    memory.call(64, [prepared, k, e], (secret, nonce, digest, out) => wasm.sm2_sign(secret, nonce, digest, out));
  const verify: GmEngine['verify'] = (point, e, signature) =>
    memory.call(0, [point, e, signature], (p, digest, rs) => wasm.sm2_verify_vartime(p, digest, rs)) !== undefined;
  const createDigest = (): GmDigest => wasmDigest(wasm, memory);
  const digests = {
    createDigest,
    digest: (data: Uint8Array): Uint8Array => {
      if (data.length <= maxScratchData)
        return memory.mustCall(32, [data], (at, out) => {
          wasm.sm3_digest(at, data.length, out);
        });
      const running = createDigest();
      running.update(data);
      return running.digest();
    },
  };
  return {
    name: 'wasm',
    checkPublicKey: (point) => memory.call(0, [point], (p) => wasm.sm2_check_public_key(p)) !== undefined,
    derivePublicKey: (d) => memory.call(64, [d], (k, out) => wasm.sm2_derive_public_key(k, out)),
    prepare: (d) => memory.call(32, [d], (k, out) => wasm.sm2_prepare_private_key(k, out)),
    sign,
    signDigest: (prepared, e, random) => withFreshScalar(random, (k) => sign(prepared, k, e)),
    signMessage: (prepared, za, message, random) => {
      const e = digestAfter(digests, za, message);
      return withFreshScalar(random, (k) => sign(prepared, k, e));
    },
    verify,
    verifyMessage: (point, za, message, signature) => verify(point, digestAfter(digests, za, message), signature),
    createTable: wasmTables(wasm, memory, digests),
    multiply: (k, point) => memory.call(64, [k, point], (s, p, out) => wasm.sm2_multiply(s, p, out)),
    multiplyBase: (k) => memory.call(64, [k], (s, out) => wasm.sm2_multiply_base(s, out)),
    add: (p, q) => memory.call(64, [p, q], (first, second, out) => wasm.sm2_add(first, second, out)),
    multiplyAdd: (a, b, c) =>
      memory.mustCall(32, [a, b, c], (first, second, third, out) => {
        wasm.sm2_scalar_multiply_add(first, second, third, out);
      }),
    ...digests,
    deriveKey: (z, length) => deriveKey(wasm, memory, z, length),
    createCipher: (key) => wasmCipher(wasm, memory, key),
    ghash: (state, h, data) => {
      memory.inPieces(data, 16, (at, count) => {
        state.set(
          memory.mustCall(16, [state, h], (s, key, out) => {
            wasm.ghash_update(s, key, at, count);
            memory.move(s, out, 16);
          }),
        );
      });
    },
  };
}

/** Longer data than this do not fit the scratch memory with what goes along. No shared value of the standards is longer. */
const maxScratchData = 2048;

/** Whole digests fit into every piece, so the counter goes on where the last piece ended. */
function deriveKey(wasm: WasmFunctions, memory: WasmMemory, z: Uint8Array, length: number): Uint8Array {
  if (z.length > maxScratchData)
    throw new CodedError('ERR_BYTES_TOO_LARGE', { limit: maxScratchData, actual: z.length });
  const out = new Uint8Array(length);
  memory.mustCall(0, [z], (input) => {
    for (let at = 0; at < length; at += memory.bulkBytes) {
      const count = Math.min(memory.bulkBytes, length - at);
      wasm.sm3_kdf(input, z.length, at / 32 + 1, memory.bulk, count);
      out.set(memory.takeBulk(count), at);
    }
  });
  return out;
}
