import { describe, expect, it } from 'vitest';
import { compareBytes, concatBytes, equalBytes } from './compare.ts';

const bytes = (...octets: readonly number[]): Uint8Array => Uint8Array.from(octets);

describe('byte comparison', () => {
  it('finds equality and every single difference', () => {
    const original = bytes(1, 2, 3, 4);
    expect(equalBytes(original, bytes(1, 2, 3, 4))).toBe(true);
    expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
    for (let index = 0; index < 4; index++) {
      const changed = original.slice();
      changed[index] = 0x80 ^ (changed[index] ?? 0);
      expect(equalBytes(original, changed)).toBe(false);
    }
    expect(equalBytes(original, original.subarray(0, 3))).toBe(false);
  });

  it('orders by unsigned bytes, a prefix first', () => {
    const sorted = [bytes(), bytes(0), bytes(0, 0), bytes(0x7f), bytes(0x80), bytes(0xff, 0)];
    expect([...sorted].reverse().sort(compareBytes)).toEqual(sorted);
  });

  it('joins parts in order', () => {
    expect(concatBytes(bytes(1), bytes(), bytes(2, 3))).toEqual(bytes(1, 2, 3));
    expect(concatBytes()).toEqual(bytes());
  });
});
