import { concatBytes } from '../../bytes/compare.ts';
import type { Sm4Cipher, Sm4CipherOptions } from '../ops.ts';
import type { GmCipher } from './engine.ts';
import { ciphertextInvalid, requireLength, type Sm4Source } from './sm4-blocks.ts';
import { requireUnended } from './unended.ts';

/** See {@link Sm4Ops.createCipher}. */
export function createSm4Cipher(source: Sm4Source, options: Sm4CipherOptions): Sm4Cipher {
  requireLength('key', options.key, (length) => length === 16);
  requireLength('iv', options.iv, (length) => length === 16);
  const cipher = source.createCipher(options.key);
  const use = requireUnended();
  const mode: Sm4Cipher = options.mode === 'ctr' ? counterCipher(cipher, options.iv) : new CbcCipher(cipher, options);
  return {
    update: (chunk) => {
      use('update');
      return mode.update(chunk);
    },
    finish: () => {
      use('end');
      return mode.finish();
    },
  };
}

function counterCipher(cipher: GmCipher, iv: Uint8Array): Sm4Cipher {
  const stream = new CounterStream(cipher, iv, 16);
  return {
    update: (chunk) => stream.update(chunk),
    finish: () => {
      cipher.wipe();
      return new Uint8Array(0);
    },
  };
}

/** Counter mode in pieces of any length: what is left of a block's key stream serves the next piece. */
export class CounterStream {
  private readonly cipher: GmCipher;
  private readonly counter: Uint8Array;
  private readonly counterBytes: 4 | 16;
  private left: Uint8Array = new Uint8Array(0);

  constructor(cipher: GmCipher, counter: Uint8Array, counterBytes: 4 | 16) {
    this.cipher = cipher;
    this.counter = new Uint8Array(counter);
    this.counterBytes = counterBytes;
  }

  update(chunk: Uint8Array): Uint8Array {
    const fromLeft = Math.min(this.left.length, chunk.length);
    const start = new Uint8Array(chunk.subarray(0, fromLeft));
    for (let index = 0; index < fromLeft; index++) start[index] = (start[index] ?? 0) ^ (this.left[index] ?? 0);
    this.left = this.left.subarray(fromLeft);
    if (fromLeft === chunk.length) return start;
    const rest = chunk.subarray(fromLeft);
    const whole = rest.length - (rest.length % 16);
    const middle = this.cipher.ctr(this.counter, this.counterBytes, rest.subarray(0, whole));
    if (whole === rest.length) return fromLeft === 0 ? middle : concatBytes(start, middle);
    this.left = this.cipher.ctr(this.counter, this.counterBytes, new Uint8Array(16));
    return concatBytes(start, middle, this.update(rest.subarray(whole)));
  }
}

class CbcCipher implements Sm4Cipher {
  private readonly cipher: GmCipher;
  private readonly iv: Uint8Array;
  private readonly encrypts: boolean;
  private readonly padded: boolean;
  private pending: Uint8Array = new Uint8Array(0);

  constructor(cipher: GmCipher, { iv, direction, padding }: Sm4CipherOptions) {
    this.cipher = cipher;
    this.iv = new Uint8Array(iv);
    this.encrypts = direction === 'encrypt';
    this.padded = padding !== 'none';
  }

  update(chunk: Uint8Array): Uint8Array {
    const data = this.pending.length === 0 ? chunk : concatBytes(this.pending, chunk);
    // The last whole block of a padded ciphertext waits: it may be the one with the padding.
    const keep = this.padded && !this.encrypts ? 1 : 0;
    const whole = Math.max(0, Math.floor((data.length - keep) / 16) * 16);
    this.pending = new Uint8Array(data.subarray(whole));
    return whole === 0 ? new Uint8Array(0) : this.run(data.subarray(0, whole));
  }

  finish(): Uint8Array {
    try {
      if (!this.padded) {
        if (this.pending.length > 0) throw ciphertextInvalid();
        return new Uint8Array(0);
      }
      return this.encrypts ? this.finishPadded() : this.removePadding();
    } finally {
      this.cipher.wipe();
    }
  }

  private run(data: Uint8Array): Uint8Array {
    return this.cipher.cbc(this.encrypts ? 'encrypt' : 'decrypt', this.iv, data);
  }

  private finishPadded(): Uint8Array {
    const count = 16 - this.pending.length;
    return this.run(concatBytes(this.pending, new Uint8Array(count).fill(count)));
  }

  private removePadding(): Uint8Array {
    if (this.pending.length !== 16) throw ciphertextInvalid();
    const block = this.run(this.pending);
    const count = block[15] ?? 0;
    let wrong = count < 1 || count > 16 ? 1 : 0;
    for (let index = 0; index < 16; index++) wrong |= index >= 16 - count && block[index] !== count ? 1 : 0;
    if (wrong !== 0) throw ciphertextInvalid();
    return block.slice(0, 16 - count);
  }
}
