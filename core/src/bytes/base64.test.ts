import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts';

describe('Base64', () => {
  it('agrees with the platform for any bytes, in both alphabets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it('accepts exactly one text for each byte string', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABab09+/-_= '), maxLength: 8 }), (text) => {
        let bytes: Uint8Array;
        try {
          bytes = fromBase64(text);
        } catch (error) {
          expect(error).toFailWith('ERR_BYTES_BASE64_INVALID');
          return;
        }
        expect(toBase64(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses white space, missing or misplaced padding, stray bits and the other alphabet', () => {
    for (const text of [
      'AA',
      'AA=',
      'AAA',
      'A===',
      '====',
      'AB==',
      'AA A',
      'AA-_',
      'A=AA',
      'AAAA\n',
      'AA==AAAA',
      'AAAä',
    ])
      expect(() => fromBase64(text)).toFailWith('ERR_BYTES_BASE64_INVALID');
    for (const text of ['A', 'AA==', 'AB', 'AA+/', 'AAAAA'])
      expect(() => fromBase64Url(text)).toFailWith('ERR_BYTES_BASE64_INVALID');
  });

  it('names the offset of the character it refuses', () => {
    expect(() => fromBase64('AAA*')).toThrow(expect.objectContaining({ params: { offset: 3 } }));
  });
});
