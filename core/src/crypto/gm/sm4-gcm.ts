import { concatBytes } from '../../bytes/compare.ts';
import type { Sm4AeadStreamOptions } from '../ops.ts';
import type { GmCipher } from './engine.ts';
import type { AeadMode } from './sm4-aead.ts';
import { parameterInvalid, requireLength, type Sm4Source } from './sm4-blocks.ts';
import { CounterStream } from './sm4-cipher.ts';

/** 2³² − 2 blocks (NIST SP 800-38D §5.2.1.1). */
const maxBytes = (2 ** 32 - 2) * 16;

/** GCM of NIST SP 800-38D with SM4 (GB/T 36624, RFC 8998). */
export function gcmMode(source: Sm4Source, cipher: GmCipher, options: Sm4AeadStreamOptions): AeadMode {
  const { nonce, direction, additionalData = new Uint8Array(0), tagLength = 16 } = options;
  requireLength('nonce', nonce, (length) => length > 0);
  if (!Number.isInteger(tagLength) || tagLength < 12 || tagLength > 16) throw parameterInvalid('tagLength', tagLength);
  const h = cipher.ecb('encrypt', new Uint8Array(16));
  const first = firstCounter(source, h, nonce);
  const mask = cipher.ecb('encrypt', first);
  const state = new Uint8Array(16);
  source.ghash(state, h, additionalData);
  const counter = first.slice();
  increment(counter);
  const stream = new CounterStream(cipher, counter, 4);
  let total = 0;
  let pending: Uint8Array = new Uint8Array(0);

  /** GHASH pads a short block with zeros, so only the last may be short. */
  const authenticate = (ciphertext: Uint8Array): void => {
    const data = pending.length === 0 ? ciphertext : concatBytes(pending, ciphertext);
    const whole = data.length - (data.length % 16);
    source.ghash(state, h, data.subarray(0, whole));
    pending = new Uint8Array(data.subarray(whole));
  };
  return {
    process: (chunk) => {
      total += chunk.length;
      if (total > maxBytes) throw parameterInvalid('message', `${total} bytes`);
      const out = stream.update(chunk);
      authenticate(direction === 'encrypt' ? out : chunk);
      return out;
    },
    tag: () => {
      source.ghash(state, h, pending);
      source.ghash(state, h, lengths(additionalData.length, total));
      const tag = state.map((octet, index) => octet ^ (mask[index] ?? 0));
      for (const used of [h, mask]) used.fill(0);
      return tag;
    },
  };
}

/** J0 of §7.1. */
function firstCounter(source: Sm4Source, h: Uint8Array, nonce: Uint8Array): Uint8Array {
  const block = new Uint8Array(16);
  if (nonce.length === 12) {
    block.set(nonce);
    block[15] = 1;
    return block;
  }
  source.ghash(block, h, nonce);
  source.ghash(block, h, lengths(0, nonce.length));
  return block;
}

/** The last four bytes count, and wrap around. */
function increment(counter: Uint8Array): void {
  const view = new DataView(counter.buffer, counter.byteOffset);
  view.setUint32(12, (view.getUint32(12) + 1) >>> 0);
}

/** Two lengths in bits, 64 bits each. */
function lengths(first: number, second: number): Uint8Array {
  const block = new Uint8Array(16);
  const view = new DataView(block.buffer);
  view.setBigUint64(0, BigInt(first) * 8n);
  view.setBigUint64(8, BigInt(second) * 8n);
  return block;
}
