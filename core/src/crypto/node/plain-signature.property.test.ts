import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derSequence, derTag, derValue } from '../../asn1/index.ts';
import { curves } from '../curves.ts';
import { decodeEcdsaSignature, encodeEcdsaSignature } from '../ecdsa-signature.ts';
import { integerToBytes } from '../integer.ts';
import { isPlainSignature } from './verify.ts';

const curve = fc.constantFrom('sm2' as const, 'p256' as const, 'p384' as const, 'p521' as const);
const order = { p256: curves.p256.n, p384: curves.p384.n } as const;
/** Contents of an INTEGER: any octets, and octets as they stand about the bounds. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 68 }),
  fc.constantFrom(
    ...Object.values(order).flatMap((n) =>
      [0n, 1n, n - 1n, n, n + 1n].flatMap((value) => [
        Uint8Array.of(0, ...integerToBytes(value, 48)),
        Uint8Array.of(0, ...integerToBytes(value & ((1n << 256n) - 1n), 32)),
      ]),
    ),
  ),
);

const accepts = (der: Uint8Array, name: 'sm2' | 'p256' | 'p384' | 'p521'): boolean => {
  try {
    decodeEcdsaSignature(der, name);
    return true;
  } catch {
    return false;
  }
};

describe('telling a good signature at a glance', () => {
  it('says yes to nothing that the decoder refuses', () => {
    fc.assert(
      fc.property(curve, content, content, fc.uint8Array({ maxLength: 2 }), (name, r, s, after) => {
        const der = Uint8Array.of(...derSequence(derValue(derTag.integer, r), derValue(derTag.integer, s), after));
        if (isPlainSignature(der, name)) expect(accepts(der, name)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('says yes to nothing that the decoder refuses when any octet of a good one is changed', () => {
    for (const name of ['p256', 'p384'] as const) {
      const good = encodeEcdsaSignature(
        new Uint8Array(2 * curves[name].coordinateLength).fill(0x93).fill(0x12, 0, 8),
        name,
      );
      expect(isPlainSignature(good, name)).toBe(true);
      for (let at = 0; at < good.length; at++)
        for (let octet = 0; octet < 256; octet++) {
          const changed = good.slice();
          changed[at] = octet;
          if (isPlainSignature(changed, name)) expect(accepts(changed, name)).toBe(true);
        }
    }
  });
});
