import type { GmCipher, GmEngine } from '../gm/engine.ts';
import type { Sm4Source } from '../gm/sm4-blocks.ts';
import { floorSm4 } from './floor.ts';

/**
 * The engine, but CBC encryption and, where the engine is WASM, counter mode by OpenSSL, which is faster there.
 *
 * NOTE: OpenSSL's SM4 reads tables by key-dependent indices on processors without SM4 instructions; ours does not. Bulk data under
 * keys of the process itself is the use; docs/guide/engine says so.
 */
export function nodeSm4Source(engine: GmEngine): Sm4Source {
  return {
    createCipher: (key) => withOpenssl(engine, key),
    ghash: (state, h, data) => engine.ghash(state, h, data),
  };
}

function withOpenssl(engine: GmEngine, givenKey: Uint8Array): GmCipher {
  const key = new Uint8Array(givenKey);
  const own = engine.createCipher(key);
  return {
    ecb: own.ecb,
    cbc: (direction, iv, data) => {
      if (direction === 'decrypt' || data.length < shortest) return own.cbc(direction, iv, data);
      const out = floorSm4('sm4-cbc', key, iv, data);
      iv.set(out.subarray(-16));
      return out;
    },
    ctr: (counter, counterBytes, data) => {
      const blocks = Math.ceil(data.length / 16);
      const view = new DataView(counter.buffer, counter.byteOffset, 16);
      const next = view.getUint32(12) + blocks;
      // OpenSSL counts in all sixteen bytes: the same as in four as long as those do not overflow.
      if (engine.name === 'addon' || data.length < shortest || next >= 2 ** 32)
        return own.ctr(counter, counterBytes, data);
      const out = floorSm4('sm4-ctr', key, counter, data);
      view.setUint32(12, next);
      return out;
    },
    wipe: () => {
      key.fill(0);
      own.wipe();
    },
  };
}

/** Bytes below which making an OpenSSL cipher costs more than it saves. */
const shortest = 256;
