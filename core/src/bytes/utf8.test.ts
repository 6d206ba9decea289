import { describe, expect, it } from 'vitest';
import { fromHex } from './hex.ts';
import { utf8Decode, utf8Encode } from './utf8.ts';

describe('UTF-8', () => {
  it('keeps text, astral characters and the byte order mark', () => {
    for (const text of ['', '一锁通', '𠮷', '\ufeffa', '\u0000']) expect(utf8Decode(utf8Encode(text))).toBe(text);
  });

  it('refuses overlong forms, surrogates and cut characters', () => {
    for (const hex of ['c080', 'e08080', 'eda080', 'f4908080', 'e4b8', '80', 'ff'])
      expect(() => utf8Decode(fromHex(hex))).toFailWith('ERR_BYTES_UTF8_INVALID');
  });
});
