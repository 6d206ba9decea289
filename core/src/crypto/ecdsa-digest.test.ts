import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curves } from './curves.ts';
import { verifyEcdsaDigest } from './ecdsa-digest.ts';
import { encodeEcdsaSignature } from './ecdsa-signature.ts';
import { integerToBytes } from './integer.ts';
import type { PublicKey } from './ops.ts';
import { parsePublicKey } from './public-key.ts';

const nodeCurves = { p256: 'P-256', p384: 'P-384', p521: 'P-521' } as const;
const names = ['p256', 'p384', 'p521'] as const;

const pairOf = (curve: (typeof names)[number]) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: nodeCurves[curve] });
  const key = parsePublicKey(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
  if (key.kind !== 'ec') throw new Error('a key of an elliptic curve');
  return { privateKey, key };
};
const pairs = { p256: pairOf('p256'), p384: pairOf('p384'), p521: pairOf('p521') };
const digestOf = (name: string, message: Uint8Array) => new Uint8Array(createHash(name).update(message).digest());

describe('ECDSA by the digest alone', () => {
  it('agrees with OpenSSL on every curve, with every digest', () => {
    const digest = fc.constantFrom('sha256', 'sha384', 'sha512');
    fc.assert(
      fc.property(fc.constantFrom(...names), digest, fc.uint8Array({ maxLength: 100 }), (curve, name, message) => {
        const { privateKey, key } = pairs[curve];
        const signature = new Uint8Array(sign(name, message, privateKey));
        expect(verifyEcdsaDigest(key, digestOf(name, message), signature)).toBe(true);
        expect(verifyEcdsaDigest(key, digestOf(name, Uint8Array.of(...message, 0)), signature)).toBe(false);
        expect(verifyEcdsaDigest(pairOf(curve).key, digestOf(name, message), signature)).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it.each(names)('says no to a changed signature on %s, and never throws for one', (curve) => {
    const { privateKey, key } = pairs[curve];
    const message = Uint8Array.of(1, 2, 3);
    const digest = digestOf('sha256', message);
    const signature = new Uint8Array(sign('sha256', message, privateKey));
    for (let at = 0; at < signature.length; at += 7) {
      const changed = signature.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verifyEcdsaDigest(key, digest, changed), `octet ${at}`).toBe(false);
    }
    for (const odd of [new Uint8Array(0), Uint8Array.of(0x30, 0), new Uint8Array(64), signature.subarray(1)])
      expect(verifyEcdsaDigest(key, digest, odd)).toBe(false);
  });

  it.each(names)('says no to the bounds of r and s on %s', (curve) => {
    const { coordinateLength, n } = curves[curve];
    const { key } = pairs[curve];
    const numbers = [1n, 2n, n - 2n, n - 1n];
    for (const r of numbers)
      for (const s of numbers) {
        const raw = Uint8Array.of(...integerToBytes(r, coordinateLength), ...integerToBytes(s, coordinateLength));
        expect(verifyEcdsaDigest(key, digestOf('sha256', raw), encodeEcdsaSignature(raw, curve))).toBe(false);
      }
  });

  it('adds and doubles rightly where the points meet: keys 1, 2, n − 1 and the digest 0', () => {
    // With the private key d and the nonce k known, s = (e + r·d) / k: made here for the cases that general signing never meets.
    const { n, gx, gy, p } = curves.p256;
    const mod = (value: bigint) => ((value % n) + n) % n;
    const power = (base: bigint, exponent: bigint): bigint =>
      exponent === 0n ? 1n : mod(power(mod(base * base), exponent >> 1n) * (exponent & 1n ? base : 1n));
    const key = (x: bigint, y: bigint): Extract<PublicKey, { kind: 'ec' }> => {
      const point = Uint8Array.of(4, ...integerToBytes(x, 32), ...integerToBytes(y, 32));
      return { kind: 'ec', curve: 'p256', spki: new Uint8Array(0), point };
    };
    // The nonce is 1, so r is the x of the base point.
    const r = mod(gx);
    for (const [d, publicKey] of [
      [1n, key(gx, gy)],
      [n - 1n, key(gx, p - gy)],
    ] as const)
      for (const e of [0n, 1n, r, mod(-r), mod(r * 2n), 12345n]) {
        const s = mod((e + r * d) * power(1n, n - 2n));
        const digest = integerToBytes(e, 32);
        if (s === 0n) continue;
        const raw = Uint8Array.of(...integerToBytes(r, 32), ...integerToBytes(s, 32));
        expect(verifyEcdsaDigest(publicKey, digest, encodeEcdsaSignature(raw, 'p256')), `${d} ${e}`).toBe(true);
        expect(verifyEcdsaDigest(publicKey, integerToBytes(mod(e + 1n), 32), encodeEcdsaSignature(raw, 'p256'))).toBe(
          false,
        );
      }
  });
});
