import { randomBytes } from 'node:crypto';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';

const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const Point = weierstrass({
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
});

type CurvePoint = ReturnType<typeof Point.fromHex>;

const modulo = (value: bigint): bigint => ((value % n) + n) % n;
const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** What @noble/curves makes of SM2 in twenty lines: the library has the curve's arithmetic, not the scheme. e is given. */
export function nobleSign(d: bigint, e: Uint8Array): readonly [bigint, bigint] {
  const k = (number(randomBytes(32)) % (n - 1n)) + 1n;
  const r = modulo(number(e) + Point.BASE.multiply(k).toAffine().x);
  return [r, modulo(Point.Fn.inv(1n + d) * modulo(k - r * d))];
}

export function nobleVerify(key: CurvePoint, e: Uint8Array, [r, s]: readonly [bigint, bigint]): boolean {
  const sum = Point.BASE.multiplyUnsafe(s).add(key.multiplyUnsafe(modulo(r + s)));
  return modulo(number(e) + sum.toAffine().x) === r;
}

/** @param hex  04 ‖ X ‖ Y */
export function nobleKey(hex: string, precomputed: boolean): CurvePoint {
  const key = Point.fromHex(hex);
  return precomputed ? key.precompute(8, false) : key;
}
