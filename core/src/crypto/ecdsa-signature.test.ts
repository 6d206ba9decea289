import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derInteger, derSequence } from '../asn1/writer.ts';
import { concatBytes } from '../bytes/compare.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { curves } from './curves.ts';
import { decodeEcdsaSignature, encodeEcdsaSignature } from './ecdsa-signature.ts';
import { integerToBytes } from './integer.ts';
import type { EcCurve } from './ops.ts';

const { n } = curves.sm2;
const raw = (r: bigint, s: bigint): Uint8Array => concatBytes(integerToBytes(r, 32), integerToBytes(s, 32));

describe('the signature codec', () => {
  it('turns every signature of every curve into one DER and back', () => {
    for (const curve of Object.keys(curves) as EcCurve[]) {
      const { n: order, coordinateLength } = curves[curve];
      const number = fc.bigInt({ min: 1n, max: order - 1n });
      const small = fc.oneof(
        number,
        fc.nat({ max: 60 }).map((shift) => (order >> BigInt(shift * 8)) + 1n),
        fc.constantFrom(1n, 127n, 128n),
      );
      fc.assert(
        fc.property(small, small, (r, s) => {
          fc.pre(r < order && s < order && r + s !== order);
          const bytes = concatBytes(integerToBytes(r, coordinateLength), integerToBytes(s, coordinateLength));
          expect(decodeEcdsaSignature(encodeEcdsaSignature(bytes, curve), curve)).toEqual(bytes);
        }),
        { numRuns: 60 },
      );
    }
  });

  it('pads and strips leading zeros', () => {
    expect(toHex(encodeEcdsaSignature(raw(1n, 0x80n)))).toBe('300702010102020080');
    expect(decodeEcdsaSignature(fromHex('300702010102020080'))).toEqual(raw(1n, 0x80n));
  });

  it('refuses numbers outside of [1, n − 1] and, for SM2, a sum of n', () => {
    const pairs: readonly (readonly [bigint, bigint])[] = [
      [0n, 1n],
      [1n, 0n],
      [n, 1n],
      [1n, n],
      [n + 1n, 1n],
      [5n, n - 5n],
      [1n, (1n << 256n) - 1n],
    ];
    for (const [r, s] of pairs) {
      expect(() => decodeEcdsaSignature(derSequence(derInteger(r), derInteger(s)))).toFailWith(
        'ERR_SIGNATURE_ENCODING_INVALID',
      );
      expect(() => encodeEcdsaSignature(raw(r, s))).toFailWith('ERR_SIGNATURE_ENCODING_INVALID');
    }
    const p256 = derSequence(derInteger(5), derInteger(curves.p256.n - 5n));
    expect(decodeEcdsaSignature(p256, 'p256').length).toBe(64);
  });

  it.each([
    ['empty', ''],
    ['a negative r', '3006020180020101'],
    ['a needless zero', '300702020001020101'],
    ['a third number', '3009020101020101020101'],
    ['one number', '3003020101'],
    ['bytes behind', '300602010102010100'],
    ['a length in the long form', '308106020101020101'],
    ['an indefinite length', '30800201010201010000'],
    ['a SET', '3106020101020101'],
    ['an OCTET STRING for r', '3006040101020101'],
    ['a number of 33 digits', `30260221${'01'.repeat(33)}020101`],
    ['a cut number', '3006020101020201'],
  ])('refuses DER with %s', (_, hex) => {
    expect(() => decodeEcdsaSignature(fromHex(hex))).toFailWith('ERR_SIGNATURE_ENCODING_INVALID');
  });

  it('refuses raw signatures of another length', () => {
    for (const length of [0, 63, 65, 128])
      expect(() => encodeEcdsaSignature(new Uint8Array(length).fill(1))).toFailWith('ERR_SIGNATURE_ENCODING_INVALID');
  });
});
