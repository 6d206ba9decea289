import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { curves } from '../../src/crypto/curves.ts';
import { decodePoint } from '../../src/crypto/point.ts';
import { CodedError } from '../../src/errors/coded-error.ts';
import { forEachEngine } from './each-engine.ts';
import { add, inverse, multiply, n, type Point, p, pointBytes, sign, toBytes, toNumber, verify } from './reference.ts';

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

const modulo = (value: bigint, m: bigint): bigint => ((value % m) + m) % m;

/** The first point whose x is `x`, or the next number by `step` that is one. */
function pointFrom(x: bigint, step: 1n | -1n): readonly [bigint, bigint] {
  for (let found = x; ; found += step) {
    const compressed = Buffer.concat([Buffer.of(2), toBytes(found)]);
    try {
      const point = decodePoint(curves.sm2, compressed);
      return [found, toNumber(point.subarray(33))];
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
    }
  }
}

forEachEngine('SM2 against BigInt', (engine) => {
  /** By the key, and by its table. */
  const judge = (point: Point, e: bigint, r: bigint, s: bigint, expected: boolean): void => {
    const [bytes, signature] = [pointBytes(point), Buffer.concat([toBytes(r), toBytes(s)])];
    const table = engine.createTable(bytes);
    expect(engine.verify(bytes, toBytes(e), signature)).toBe(expected);
    expect(table?.verify(toBytes(e), signature)).toBe(expected);
    table?.free();
  };
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
  });

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

  it('accepts r made of an x above n, and none made of an x with the same remainder', () => {
    // R = (x, y) is chosen by its x, then P = (R - s·G) / t: nobody knows a private key, and the signature is right all the same.
    for (const from of [n, n - 1n, n + 1n, p - 1n, p - (1n << 64n)]) {
      const sum = pointFrom(from, from >= n && from !== p - 1n ? 1n : -1n);
      const [s, e] = [random(), toNumber(randomBytes(32))];
      const r = modulo(e + sum[0], n);
      const point = multiply(inverse(r + s, n), add(sum, multiply(n - s)));
      expect(verify(point, e, r, s)).toBe(true);
      judge(point, e, r, s, true);
      judge(point, e ^ 1n, r, s, false);
      // Such that c = r - e is above p - n, where c + n is no coordinate, or is the other number with the remainder of x.
      for (const other of [sum[0] + p - n, sum[0] + n, sum[0] - n])
        judge(point, modulo(r - other, n), r, s, verify(point, modulo(r - other, n), r, s));
    }
  });

  it('judges where sums meet themselves, their negative and infinity: keys ±1·G, ±2·G … and small scalars', () => {
    const known = new Map<bigint, ReturnType<typeof multiply>>();
    const times = (k: bigint): ReturnType<typeof multiply> => {
      const found = known.get(k) ?? (k === 0n ? null : multiply(k));
      known.set(k, found);
      return found;
    };
    const scalars = [1n, 2n, 3n, 17n, 32n, n - 1n, n - 2n, n - 32n];
    for (const d of [1n, 2n, 32n, n - 1n, n - 2n])
      for (const s of scalars)
        for (const t of scalars) {
          const r = modulo(t - s, n);
          if (r === 0n) continue;
          const sum = times(modulo(s + t * d, n));
          judge(times(d), sum === null ? 7n : modulo(r - sum[0], n), r, s, sum !== null);
        }
  });

  it('adds points that are one the other or its negative', () => {
    const bytes = pointBytes(multiply(1n));
    expect(engine.add(bytes, pointBytes(multiply(n - 1n)))).toBeUndefined();
    expect(engine.add(bytes, bytes)).toEqual(new Uint8Array(pointBytes(add(multiply(1n), multiply(1n)))));
  });

  it('wants another nonce where r, r + k or s would be zero', () => {
    const [d, k] = [random(), random()];
    const prepared = engine.prepare(toBytes(d)) ?? new Uint8Array(32);
    const x = toNumber(pointBytes(multiply(k)).subarray(0, 32));
    for (const e of [-x, -x - k, k * inverse(d, n) - x])
      expect(engine.sign(prepared, toBytes(k), toBytes(modulo(e, n)))).toBeUndefined();
    expect(engine.sign(prepared, toBytes(k), toBytes(modulo(1n - x, n)))).toBeDefined();
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
