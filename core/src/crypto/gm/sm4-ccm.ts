import { concatBytes } from '../../bytes/compare.ts';
import type { Sm4AeadStreamOptions } from '../ops.ts';
import type { GmCipher } from './engine.ts';
import type { AeadMode } from './sm4-aead.ts';
import { parameterInvalid, requireLength } from './sm4-blocks.ts';
import { CounterStream } from './sm4-cipher.ts';

/** CCM of NIST SP 800-38C with SM4: CBC-MAC over length, associated data and message, and counter mode. */
export function ccmMode(cipher: GmCipher, options: Sm4AeadStreamOptions, tagLength: number): AeadMode {
  const { nonce, direction, messageLength, additionalData = new Uint8Array(0) } = options;
  requireLength('nonce', nonce, (length) => length >= 7 && length <= 13);
  if (!Number.isInteger(tagLength) || tagLength < 4 || tagLength > 16 || tagLength % 2 !== 0)
    throw parameterInvalid('tagLength', tagLength);
  const lengthBytes = 15 - nonce.length;
  if (messageLength === undefined || messageLength < 0 || messageLength >= 2 ** Math.min(48, 8 * lengthBytes))
    throw parameterInvalid('messageLength', String(messageLength));
  const mac = new CbcMac(cipher);
  mac.update(firstBlock(nonce, messageLength, tagLength, additionalData.length > 0));
  if (additionalData.length > 0) {
    mac.update(lengthPrefix(additionalData.length));
    mac.update(additionalData);
    mac.pad();
  }
  const counter = new Uint8Array(16);
  counter[0] = lengthBytes - 1;
  counter.set(nonce, 1);
  const mask = cipher.ecb('encrypt', counter);
  counter[15] = 1;
  const stream = new CounterStream(cipher, counter, 16);
  let total = 0;
  return {
    process: (chunk) => {
      total += chunk.length;
      if (total > messageLength) throw parameterInvalid('message', `${total} bytes`);
      const out = stream.update(chunk);
      mac.update(direction === 'encrypt' ? chunk : out);
      return out;
    },
    tag: () => {
      if (total !== messageLength) throw parameterInvalid('message', `${total} bytes`);
      mac.pad();
      const tag = mac.state.map((octet, index) => octet ^ (mask[index] ?? 0));
      mask.fill(0);
      return tag;
    },
  };
}

class CbcMac {
  readonly state = new Uint8Array(16);
  private readonly cipher: GmCipher;
  private pending: Uint8Array = new Uint8Array(0);

  constructor(cipher: GmCipher) {
    this.cipher = cipher;
  }

  update(chunk: Uint8Array): void {
    const data = this.pending.length === 0 ? chunk : concatBytes(this.pending, chunk);
    const whole = data.length - (data.length % 16);
    if (whole > 0) this.cipher.cbc('encrypt', this.state, data.subarray(0, whole));
    this.pending = new Uint8Array(data.subarray(whole));
  }

  pad(): void {
    if (this.pending.length > 0) this.update(new Uint8Array(16 - this.pending.length));
  }
}

/** B0 of appendix A.2.1: flags, nonce, message length. */
function firstBlock(nonce: Uint8Array, messageLength: number, tagLength: number, hasData: boolean): Uint8Array {
  const block = new Uint8Array(16);
  const lengthBytes = 15 - nonce.length;
  block[0] = (hasData ? 0x40 : 0) | (((tagLength - 2) / 2) << 3) | (lengthBytes - 1);
  block.set(nonce, 1);
  let left = messageLength;
  for (let index = 15; index > 15 - lengthBytes; index--) {
    block[index] = left % 256;
    left = Math.floor(left / 256);
  }
  return block;
}

/** Appendix A.2.2: two bytes, or FFFE and four. */
function lengthPrefix(length: number): Uint8Array {
  if (length < 0xff00) return Uint8Array.of(length >> 8, length & 0xff);
  const prefix = new Uint8Array(6);
  const view = new DataView(prefix.buffer);
  view.setUint16(0, 0xfffe);
  view.setUint32(2, length);
  return prefix;
}
