import { CodedError } from '../errors/coded-error.ts';
import { type Curve, curves } from './curves.ts';
import { decodeEcdsaSignature } from './ecdsa-signature.ts';
import { integerFromBytes } from './integer.ts';
import type { PublicKey } from './ops.ts';
import { decodePoint } from './point.ts';

/** Jacobian coordinates: x = X / Z², y = Y / Z³; infinity has Z = 0. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const infinity: Point = { x: 1n, y: 1n, z: 0n };

/**
 * ECDSA (FIPS 186-5 §6.4.2) where only the digest of the message is at hand, which OpenSSL in Node does not offer. Plain arithmetic over
 * public values: its time depends on them, and nothing secret ever comes here. A digest longer than the order is cut on its right (§6.4.2, step 2).
 *
 * @param signature  DER, strict
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID
 */
export function verifyEcdsaDigest(
  key: Extract<PublicKey, { readonly kind: 'ec' }>,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const curve = curves[key.curve];
  const size = curve.coordinateLength;
  const point = decodePoint(curve, key.point);
  const numbers = readSignature(signature, key.curve);
  if (numbers === null) return false;
  const { r, s } = numbers;
  const inverse = inverted(s, curve.n);
  const publicPoint = {
    x: integerFromBytes(point.subarray(1, 1 + size)),
    y: integerFromBytes(point.subarray(1 + size)),
    z: 1n,
  };
  const u = (leftmostBits(digest, curve.n) * inverse) % curve.n;
  const v = (r * inverse) % curve.n;
  const sum = sumOfMultiples(curve, u, { x: curve.gx, y: curve.gy, z: 1n }, v, publicPoint);
  if (sum.z === 0n) return false;
  const zInverse = inverted(sum.z, curve.p);
  return ((sum.x * zInverse * zInverse) % curve.p) % curve.n === r;
}

function readSignature(der: Uint8Array, curve: Curve['curve']): { readonly r: bigint; readonly s: bigint } | null {
  try {
    const raw = decodeEcdsaSignature(der, curve);
    return { r: integerFromBytes(raw.subarray(0, raw.length / 2)), s: integerFromBytes(raw.subarray(raw.length / 2)) };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'ERR_SIGNATURE_ENCODING_INVALID') return null;
    throw error;
  }
}

/** As many bits of the digest, from its left, as the order has. */
function leftmostBits(digest: Uint8Array, order: bigint): bigint {
  const surplus = digest.length * 8 - order.toString(2).length;
  const value = integerFromBytes(digest);
  return surplus > 0 ? value >> BigInt(surplus) : value;
}

/** u·P + v·Q, both at once (Straus, Shamir). */
function sumOfMultiples(curve: Curve, u: bigint, p: Point, v: bigint, q: Point): Point {
  const both = sum(curve, p, q);
  const uBits = u.toString(2);
  const vBits = v.toString(2);
  const length = Math.max(uBits.length, vBits.length);
  const first = uBits.padStart(length, '0');
  const second = vBits.padStart(length, '0');
  let result = infinity;
  for (let bit = 0; bit < length; bit++) {
    result = doubled(curve, result);
    const [one, other] = [first[bit] === '1', second[bit] === '1'];
    if (one || other) result = sum(curve, result, one && other ? both : one ? p : q);
  }
  return result;
}

/** For curves with a = −3, which these are ("dbl-2001-b"). */
function doubled({ p }: Curve, { x, y, z }: Point): Point {
  if (z === 0n || y === 0n) return infinity;
  const delta = (z * z) % p;
  const gamma = (y * y) % p;
  const beta = (x * gamma) % p;
  const alpha = (3n * (x - delta) * (x + delta)) % p;
  const x3 = (alpha * alpha - 8n * beta) % p;
  const z3 = ((y + z) * (y + z) - gamma - delta) % p;
  return reduced(p, x3, alpha * (4n * beta - x3) - 8n * gamma * gamma, z3);
}

/** "add-2007-bl", with the cases that it does not cover. */
function sum(curve: Curve, a: Point, b: Point): Point {
  if (a.z === 0n) return b;
  if (b.z === 0n) return a;
  const { p } = curve;
  const aa = (a.z * a.z) % p;
  const bb = (b.z * b.z) % p;
  const u1 = (a.x * bb) % p;
  const s1 = (((a.y * b.z) % p) * bb) % p;
  const h = ((b.x * aa) % p) - u1;
  const r = ((((b.y * a.z) % p) * aa) % p) - s1;
  if (h % p === 0n) return r % p === 0n ? doubled(curve, a) : infinity;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x3 = (r * r - hhh - 2n * v) % p;
  return reduced(p, x3, r * (v - x3) - s1 * hhh, ((a.z * b.z) % p) * h);
}

function reduced(p: bigint, x: bigint, y: bigint, z: bigint): Point {
  return { x: positive(x, p), y: positive(y, p), z: positive(z, p) };
}

function positive(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** By Euclid. @param value  not 0 modulo the prime `modulus` */
function inverted(value: bigint, modulus: bigint): bigint {
  let [low, high] = [positive(value, modulus), modulus];
  let [lowFactor, highFactor] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [lowFactor, highFactor] = [highFactor - quotient * lowFactor, lowFactor];
  }
  return positive(lowFactor, modulus);
}
