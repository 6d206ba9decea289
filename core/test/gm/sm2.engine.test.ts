import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { forEachEngine } from './each-engine.ts';
import { add, inverse, multiply, n, p, pointBytes, sign, toBytes, toNumber, verify } from './reference.ts';

const random = (): bigint => (toNumber(randomBytes(32)) % (n - 2n)) + 1n;
const edges: readonly (readonly [string, bigint])[] = [
  ['1', 1n],
  ['2', 2n],
  ['n − 2', n - 2n],
  ['2 to the 255', 1n << 255n],
  ['all digits at their turning point', BigInt(`0x${'20820820'.repeat(8)}`)],
  ['ones below, zeros above', (1n << 128n) - 1n],
  ['zeros below, ones above', ((1n << 127n) - 1n) << 128n],
  ['30 octets', random() >> 16n],
  ['16 octets', random() >> 128n],
  ['any number', random()],
];

/** Draws until the big-endian octets of something begin with a zero. */
function whose(wanted: (candidate: bigint) => bigint): bigint {
  for (;;) {
    const candidate = random();
    if (wanted(candidate) < 1n << 248n) return candidate;
  }
}

forEachEngine('SM2 against BigInt', (engine) => {
  const x = (k: bigint): bigint => toNumber((engine.multiplyBase(toBytes(k)) ?? new Uint8Array(64)).subarray(0, 32));
  const y = (k: bigint): bigint => toNumber((engine.multiplyBase(toBytes(k)) ?? new Uint8Array(64)).subarray(32));

  it.each(edges)('derives, signs, verifies and multiplies with %s', (_, d) => {
    const point = multiply(d);
    const bytes = pointBytes(point);
    expect(engine.derivePublicKey(toBytes(d))).toEqual(new Uint8Array(bytes));
    expect(engine.multiplyBase(toBytes(d))).toEqual(new Uint8Array(bytes));
    const prepared = engine.prepare(toBytes(d));
    expect(prepared && toNumber(prepared)).toBe(inverse(1n + d, n));
    const table = engine.createTable(bytes);
    for (const [, k] of edges) {
      const e = toNumber(randomBytes(32));
      const expected = sign(d, k, e % n);
      const signature = prepared && engine.sign(prepared, toBytes(k), toBytes(e));
      expect(signature && [toNumber(signature.subarray(0, 32)), toNumber(signature.subarray(32))]).toEqual(expected);
      if (signature === undefined) continue;
      expect(engine.verify(bytes, toBytes(e), signature)).toBe(true);
      expect(table?.verify(toBytes(e), signature)).toBe(true);
      expect(engine.multiply(toBytes(k), bytes)).toEqual(new Uint8Array(pointBytes(multiply(k, point))));
    }
    table?.free();
  });

  it('agrees where a number begins with zero octets: x, y, r, s, e', () => {
    for (const key of [whose(x), whose(y)]) {
      const bytes = pointBytes(multiply(key));
      const prepared = engine.prepare(toBytes(key)) ?? new Uint8Array(32);
      const signed = (k: bigint, e: bigint): Uint8Array =>
        engine.sign(prepared, toBytes(k), toBytes(e)) ?? new Uint8Array(64).fill(0xff);
      const agrees = (k: bigint, e: bigint, zeroAt: number): void => {
        const signature = signed(k, e);
        const expected = sign(key, k, e) ?? [0n, 0n];
        expect(Buffer.from(signature).equals(Buffer.concat(expected.map(toBytes)))).toBe(true);
        expect(signature[zeroAt]).toBe(0);
        expect(engine.verify(bytes, toBytes(e), signature)).toBe(true);
      };
      const e = random();
      agrees(
        whose((k) => toNumber(signed(k, e).subarray(0, 32))),
        e,
        0,
      );
      agrees(
        whose((k) => toNumber(signed(k, 5n).subarray(32))),
        5n,
        32,
      );
    }
  }, 60_000);

  it('judges random triples as the definition does, wrong ones among them', () => {
    const d = random();
    const point = multiply(d);
    const bytes = pointBytes(point);
    const table = engine.createTable(bytes);
    const values = [0n, 1n, n - 1n, n, n + 1n, p, (1n << 256n) - 1n, random(), random()];
    for (const r of values)
      for (const s of values) {
        const e = random();
        const signature = Buffer.concat([toBytes(r), toBytes(s)]);
        const expected = verify(point, e, r, s);
        expect(engine.verify(bytes, toBytes(e), signature)).toBe(expected);
        expect(table?.verify(toBytes(e), signature)).toBe(expected);
      }
    table?.free();
  });

  it('accepts r made of an x above n, and meets P = ±G and s·G = −t·P', () => {
    // x1 = e' + n for an x1 between n and p: choose R by its x, then e = r − x1 mod n with any r.
    const d = 1n;
    const bytes = pointBytes(multiply(d));
    for (const k of [1n, 2n, n - 1n, n - 2n]) {
      const e = random();
      const made = sign(d, k, e);
      if (made === undefined) continue;
      const signature = Buffer.concat([toBytes(made[0]), toBytes(made[1])]);
      expect(engine.verify(bytes, toBytes(e), signature)).toBe(true);
    }
    // d = 1: s·G + t·G is infinity when s = −t, that is r = −2s
    const s = random();
    const r = (2n * (n - s)) % n;
    expect(engine.verify(bytes, toBytes(random()), Buffer.concat([toBytes(r), toBytes(s)]))).toBe(false);
    expect(engine.add(bytes, pointBytes(multiply(n - 1n)))).toBeUndefined();
    expect(engine.add(bytes, bytes)).toEqual(new Uint8Array(pointBytes(add(multiply(1n), multiply(1n)))));
  });

  it('refuses scalars and points out of range', () => {
    const out = [0n, n, n + 1n, (1n << 256n) - 1n].map(toBytes);
    const base = pointBytes(multiply(1n));
    for (const scalar of out) {
      expect(engine.derivePublicKey(scalar)).toBeUndefined();
      expect(engine.prepare(scalar)).toBeUndefined();
      expect(engine.multiply(scalar, base)).toBeUndefined();
      expect(engine.multiplyBase(scalar)).toBeUndefined();
      expect(engine.sign(toBytes(5n), scalar, toBytes(1n))).toBeUndefined();
    }
    expect(engine.derivePublicKey(toBytes(n - 1n))).toBeUndefined();
    expect(engine.prepare(toBytes(n - 1n))).toBeUndefined();
    const [bx, by] = [base.subarray(0, 32), base.subarray(32)];
    const wrong = [
      new Uint8Array(64),
      Buffer.concat([bx, toBytes(toNumber(by) ^ 1n)]),
      Buffer.concat([toBytes(p), by]),
      Buffer.concat([bx, toBytes((1n << 256n) - 1n)]),
      Buffer.concat([by, bx]),
    ];
    for (const point of wrong) {
      expect(engine.checkPublicKey(point)).toBe(false);
      expect(engine.createTable(point)).toBeUndefined();
      expect(engine.multiply(toBytes(3n), point)).toBeUndefined();
      expect(engine.add(point, base)).toBeUndefined();
      expect(engine.verify(point, toBytes(1n), Buffer.concat([toBytes(1n), toBytes(1n)]))).toBe(false);
    }
    expect(engine.checkPublicKey(pointBytes([toNumber(bx), p - toNumber(by)]))).toBe(true);
  });

  it('multiplies and adds scalars modulo n', () => {
    for (let index = 0; index < 200; index++) {
      const [a, b, c] = [randomBytes(32), randomBytes(32), randomBytes(32)];
      expect(toNumber(engine.multiplyAdd(a, b, c))).toBe((toNumber(a) + toNumber(b) * toNumber(c)) % n);
    }
  });
});
