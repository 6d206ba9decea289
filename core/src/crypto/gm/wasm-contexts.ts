import type { GmCipher, GmDigest, GmEngine, GmTable } from './engine.ts';
import { digestAfter } from './message-digest.ts';
import { requireUnended } from './unended.ts';
import type { WasmFunctions, WasmMemory } from './wasm-memory.ts';

/** Contexts live in the caller's arrays and visit the WASM memory for each call: nobody forgets to free them. */
export function wasmDigest(wasm: WasmFunctions, memory: WasmMemory): GmDigest {
  const size = wasm.sm3_context_size();
  let context = memory.mustCall(size, [], (out) => {
    wasm.sm3_init(out);
  });
  const use = requireUnended();
  return {
    update: (chunk) => {
      use('update');
      memory.inPieces(chunk, 64, (at, count) => {
        const next = memory.mustCall(size, [context], (state, out) => {
          wasm.sm3_update(state, at, count);
          memory.move(state, out, size);
        });
        context.fill(0);
        context = next;
      });
    },
    digest: () => {
      use('end');
      const out = memory.mustCall(32, [context], (state, result) => {
        wasm.sm3_final(state, result);
      });
      context.fill(0);
      return out;
    },
  };
}

export function wasmCipher(wasm: WasmFunctions, memory: WasmMemory, key: Uint8Array): GmCipher {
  const expanded = memory.mustCall(wasm.sm4_key_size(), [key], (bytes, out) => {
    wasm.sm4_expand_key(out, bytes);
  });
  const ecb = { encrypt: wasm.sm4_ecb_encrypt, decrypt: wasm.sm4_ecb_decrypt };
  const cbc = { encrypt: wasm.sm4_cbc_encrypt, decrypt: wasm.sm4_cbc_decrypt };

  /** In place, piece by piece; the 16 bytes of `chaining` go along. */
  const through = (
    data: Uint8Array,
    chaining: Uint8Array,
    act: (expandedKey: number, chain: number, at: number, count: number) => void,
  ): Uint8Array => {
    const out = new Uint8Array(data.length);
    memory.inPieces(data, 16, (at, count, start) => {
      chaining.set(
        memory.mustCall(16, [expanded, chaining], (expandedKey, chain, result) => {
          act(expandedKey, chain, at, count);
          memory.move(chain, result, 16);
        }),
      );
      out.set(memory.takeBulk(count), start);
    });
    return out;
  };
  return {
    ecb: (direction, data) =>
      through(data, new Uint8Array(16), (expandedKey, _, at, count) => {
        ecb[direction](expandedKey, at, at, count / 16);
      }),
    cbc: (direction, iv, data) =>
      through(data, iv, (expandedKey, chain, at, count) => {
        cbc[direction](expandedKey, chain, at, at, count / 16);
      }),
    ctr: (counter, counterBytes, data) =>
      through(data, counter, (expandedKey, chain, at, count) => {
        wasm.sm4_ctr(expandedKey, chain, counterBytes, at, at, count);
      }),
    wipe: () => {
      expanded.fill(0);
    },
  };
}

/** Tables are too large to travel: they stay in the WASM memory, and freed ones are used again. */
export function wasmTables(
  wasm: WasmFunctions,
  memory: WasmMemory,
  digests: Pick<GmEngine, 'digest' | 'createDigest'>,
): (point: Uint8Array) => GmTable | undefined {
  const free: number[] = [];
  return (point) => {
    const table = free.pop() ?? memory.reserve(wasm.sm2_table_size());
    if (memory.call(0, [point], (p) => wasm.sm2_table_build_vartime(table, p)) === undefined) {
      free.push(table);
      return undefined;
    }
    let released = false;
    const verify = (e: Uint8Array, signature: Uint8Array): boolean =>
      !released &&
      memory.call(0, [e, signature], (digest, rs) => wasm.sm2_verify_with_table_vartime(table, digest, rs)) !==
        undefined;
    return {
      verify,
      verifyMessage: (za, message, signature) => verify(digestAfter(digests, za, message), signature),
      free: () => {
        if (!released) free.push(table);
        released = true;
      },
    };
  };
}
