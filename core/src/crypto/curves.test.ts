import { createECDH } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/compare.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { curves } from './curves.ts';
import { integerToBytes } from './integer.ts';
import { opensslCurves } from './node/keys.ts';
import type { EcCurve } from './ops.ts';
import { decodePoint } from './point.ts';

const names = Object.keys(curves) as EcCurve[];

describe('curves', () => {
  it.each(names)('%s has the generator and the order that OpenSSL has', (name) => {
    const { gx, gy, n, p, coordinateLength } = curves[name];
    const ecdh = createECDH(opensslCurves[name]);
    ecdh.setPrivateKey(integerToBytes(1n, coordinateLength));
    const generator = concatBytes(
      Uint8Array.of(4),
      integerToBytes(gx, coordinateLength),
      integerToBytes(gy, coordinateLength),
    );
    expect(ecdh.getPublicKey('hex')).toBe(toHex(generator));
    ecdh.setPrivateKey(integerToBytes(n - 1n, coordinateLength));
    const negative = concatBytes(
      Uint8Array.of(4),
      integerToBytes(gx, coordinateLength),
      integerToBytes(p - gy, coordinateLength),
    );
    expect(ecdh.getPublicKey('hex')).toBe(toHex(negative));
    expect(decodePoint(curves[name], generator)).toEqual(generator);
  });

  it.each(names)('%s points decompress to what OpenSSL compressed', (name) => {
    for (let round = 0; round < 4; round++) {
      const ecdh = createECDH(opensslCurves[name]);
      const point = Uint8Array.from(ecdh.generateKeys());
      const compressed = Uint8Array.from(ecdh.getPublicKey(null, 'compressed'));
      expect(decodePoint(curves[name], point)).toEqual(point);
      expect(decodePoint(curves[name], compressed)).toEqual(point);
    }
  });

  it.each(names)('%s refuses infinity, wrong lengths, coordinates beyond p and points beside the curve', (name) => {
    const curve = curves[name];
    const size = curve.coordinateLength;
    const x = integerToBytes(curve.gx, size);
    const y = integerToBytes(curve.gy, size);
    const form = (octet: number, ...parts: readonly Uint8Array[]): Uint8Array =>
      concatBytes(Uint8Array.of(octet), ...parts);
    const beside = integerToBytes(curve.gy ^ 1n, size);
    const hostile = [
      fromHex('00'),
      new Uint8Array(0),
      form(4),
      form(4, x),
      form(4, x, y.subarray(1)),
      form(4, x, y, y),
      form(4, x, beside),
      form(4, y, x),
      form(4, new Uint8Array(2 * size)),
      form(6, x, y),
      form(7, x, y),
      form(2, integerToBytes(curve.p, size)),
      form(5, x),
    ];
    if (curve.p + curve.gx < 1n << BigInt(8 * size)) hostile.push(form(4, integerToBytes(curve.p + curve.gx, size), y));
    for (const point of hostile)
      expect(() => decodePoint(curve, point), toHex(point)).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('refuses a compressed x that is on no curve point', () => {
    const refused = Array.from({ length: 20 }, (_, x) => {
      try {
        decodePoint(curves.sm2, concatBytes(Uint8Array.of(2), integerToBytes(BigInt(x), 32)));
        return false;
      } catch {
        return true;
      }
    }).filter(Boolean).length;
    expect(refused).toBeGreaterThan(3);
    expect(refused).toBeLessThan(17);
  });
});
