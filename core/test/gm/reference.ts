/** SM2 by the book, over BigInt, in affine coordinates: slow, plain, and only to check against. */
export const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
export const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const a = p - 3n;
const g: Point = [
  0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
];

/** Affine, or null at infinity. */
export type Point = readonly [bigint, bigint] | null;

const modulo = (value: bigint, m: bigint): bigint => ((value % m) + m) % m;

export function inverse(value: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, modulo(value, m), 0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - q * r1, s1, s0 - q * s1];
  }
  return modulo(s0, m);
}

export function add(first: Point, second: Point): Point {
  if (first === null) return second;
  if (second === null) return first;
  const [x1, y1] = first;
  const [x2, y2] = second;
  if (x1 === x2 && modulo(y1 + y2, p) === 0n) return null;
  const slope = x1 === x2 ? (3n * x1 * x1 + a) * inverse(2n * y1, p) : (y2 - y1) * inverse(x2 - x1, p);
  const x = modulo(slope * slope - x1 - x2, p);
  return [x, modulo(slope * (x1 - x) - y1, p)];
}

export function multiply(k: bigint, point: Point = g): Point {
  let sum: Point = null;
  for (let bit = k.toString(2).length - 1; bit >= 0; bit--) {
    sum = add(sum, sum);
    if ((k >> BigInt(bit)) & 1n) sum = add(sum, point);
  }
  return sum;
}

/** GB/T 32918.2 §6.1 and §7.1 with e and k given. */
export function sign(d: bigint, k: bigint, e: bigint): readonly [bigint, bigint] | undefined {
  const point = multiply(k);
  if (point === null) return undefined;
  const r = modulo(e + point[0], n);
  const s = modulo(inverse(1n + d, n) * (k - r * d), n);
  return r === 0n || r + k === n || s === 0n ? undefined : [r, s];
}

export function verify(point: Point, e: bigint, r: bigint, s: bigint): boolean {
  const t = modulo(r + s, n);
  if (r < 1n || r >= n || s < 1n || s >= n || t === 0n) return false;
  const sum = add(multiply(s), multiply(t, point));
  return sum !== null && modulo(e + sum[0], n) === r;
}

export const toBytes = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
export const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
export const pointBytes = (point: Point): Uint8Array =>
  point === null ? new Uint8Array(64) : Buffer.concat([toBytes(point[0]), toBytes(point[1])]);
