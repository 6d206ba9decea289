import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './hex.ts';

describe('hexadecimal', () => {
  it('writes two lower-case digits for every byte and reads either case back', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(toHex(bytes)).toBe(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
    expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes);
  });

  it('refuses an odd number of digits, prefixes, separators and look-alike digits', () => {
    for (const text of ['a', '0x00', '00 1', 'gg', '0０', '@0', '`0', '-1'])
      expect(() => fromHex(text)).toFailWith('ERR_BYTES_HEX_INVALID');
  });
});
