import { concatBytes } from '@onelock/core/bytes';
import { brokenCard } from '../../apdu/index.ts';

/** Ids and lengths in the byte order of one vendor's cards. */
export interface GmNumbers {
  readonly u16: (value: number) => Uint8Array;
  readonly u32: (value: number) => Uint8Array;
  readonly readU16: (bytes: Uint8Array, at: number) => number;
  readonly readU32: (bytes: Uint8Array, at: number) => number;
}

export function gmNumbers(order: 'little' | 'big'): GmNumbers {
  const little = order === 'little';
  const made = (size: 2 | 4) => (value: number) => {
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    if (size === 2) view.setUint16(0, value, little);
    else view.setUint32(0, value, little);
    return bytes;
  };
  const read = (size: 2 | 4) => (bytes: Uint8Array, at: number) => {
    if (at + size > bytes.length) throw brokenCard('GM/T 0017', 'answer too short');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return size === 2 ? view.getUint16(at, little) : view.getUint32(at, little);
  };
  return { u16: made(2), u32: made(4), readU16: read(2), readU32: read(4) };
}

/** BLOCKCIPHERPARAM without padding (GM/T 0016-2012 §6.4.13): IV in 32 bytes, its length, padding, feedback. */
export function blockCipherParameters({ u32 }: GmNumbers, iv: Uint8Array): Uint8Array {
  return concatBytes(iv, new Uint8Array(32 - iv.length), u32(iv.length), u32(0), u32(0));
}
