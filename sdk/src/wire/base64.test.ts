import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesFromBase64, bytesToBase64 } from './base64.ts';

describe('base64 at the wire', () => {
  it('writes what the platform writes, and reads it back, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = bytesToBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(bytesFromBase64(text)).toEqual(bytes);
      }),
    );
  });

  it.each(['AA', 'A===', 'AAA', 'A A=', 'AB==', 'AAB=', 'AA=A', '====', '=', 'AA-_', 'é===', 'AA==\n'])(
    'refuses %j, which no strict encoder writes',
    (text) => {
      expect(bytesFromBase64(text)).toBeNull();
    },
  );
});
