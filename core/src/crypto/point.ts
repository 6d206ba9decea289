import { concatBytes } from '../bytes/compare.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { Curve } from './curves.ts';
import { integerFromBytes, integerToBytes } from './integer.ts';

/**
 * Reads a point of SEC 1 §2.3.4, uncompressed (04) or compressed (02, 03), and proves that it lies on the curve. The order of
 * each of our curves is prime, so such a point is in the right group.
 *
 * @returns the uncompressed form, 0x04 ‖ X ‖ Y
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID: infinity, wrong length, a coordinate ≥ p, or not on the curve
 */
export function decodePoint(curve: Curve, encoded: Uint8Array): Uint8Array {
  const size = curve.coordinateLength;
  const form = encoded[0];
  if (form === 4 && encoded.length === 1 + 2 * size) {
    const x = integerFromBytes(encoded.subarray(1, 1 + size));
    const y = integerFromBytes(encoded.subarray(1 + size));
    if (x >= curve.p || y >= curve.p || (y * y - rightSide(curve, x)) % curve.p !== 0n) throw invalidPoint();
    return encoded;
  }
  if ((form === 2 || form === 3) && encoded.length === 1 + size) return decompress(curve, encoded, form);
  throw invalidPoint();
}

/** All our primes are 3 modulo 4, so a square root is one power (p + 1) / 4. */
function decompress(curve: Curve, encoded: Uint8Array, form: 2 | 3): Uint8Array {
  const x = integerFromBytes(encoded.subarray(1));
  if (x >= curve.p) throw invalidPoint();
  const square = rightSide(curve, x);
  const root = power(square, (curve.p + 1n) >> 2n, curve.p);
  if ((root * root - square) % curve.p !== 0n) throw invalidPoint();
  const y = (root & 1n) === BigInt(form & 1) ? root : curve.p - root;
  if (y >= curve.p) throw invalidPoint();
  return concatBytes(Uint8Array.of(4), encoded.subarray(1), integerToBytes(y, curve.coordinateLength));
}

function rightSide({ a, b, p }: Curve, x: bigint): bigint {
  return (((x * x + a) % p) * x + b) % p;
}

/** Public values only: the time depends on the exponent. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let factor = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}

function invalidPoint(): CodedError {
  return new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'point not on the curve' });
}
