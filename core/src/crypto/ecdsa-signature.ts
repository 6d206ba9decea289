import { readDer } from '../asn1/reader.ts';
import { derTag } from '../asn1/tags.ts';
import { unsignedIntegerBytes } from '../asn1/values.ts';
import { compareBytes, concatBytes } from '../bytes/compare.ts';
import { CodedError } from '../errors/coded-error.ts';
import { curves } from './curves.ts';
import { integerFromBytes, integerToBytes } from './integer.ts';
import type { EcCurve } from './ops.ts';

/**
 * `SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009 §7.3, RFC 3279 §2.2.3) to r ‖ s, each padded with zeros to the length of
 * the curve's order: 64 bytes for SM2 and P-256, 96 for P-384, 132 for P-521. Strict: exactly one encoding of each signature,
 * and r and s in [1, n − 1]; for SM2 also (r + s) mod n ≠ 0.
 *
 * @throws {CodedError} ERR_SIGNATURE_ENCODING_INVALID
 */
export function decodeEcdsaSignature(der: Uint8Array, curve: EcCurve = 'sm2'): Uint8Array {
  const { r, s } = readIntegers(der);
  const { coordinateLength } = curves[curve];
  if (r.length > coordinateLength || s.length > coordinateLength) throw invalid('r or s is too long');
  const raw = concatBytes(padded(r, coordinateLength), padded(s, coordinateLength));
  checkRange(r, s, curve);
  return raw;
}

/**
 * The other way: r ‖ s of the curve's length to DER.
 *
 * @throws {CodedError} ERR_SIGNATURE_ENCODING_INVALID for another length, or r or s out of range
 */
export function encodeEcdsaSignature(raw: Uint8Array, curve: EcCurve = 'sm2'): Uint8Array {
  const { coordinateLength } = curves[curve];
  if (raw.length !== 2 * coordinateLength) throw invalid(`${raw.length} bytes`);
  const r = magnitudeOf(raw.subarray(0, coordinateLength));
  const s = magnitudeOf(raw.subarray(coordinateLength));
  checkRange(r, s, curve);
  return derIntegers(r, s);
}

/** `SEQUENCE { INTEGER, INTEGER }` in one piece: made for every signature of quick tokens. @param r, s  magnitudes, not empty */
function derIntegers(r: Uint8Array, s: Uint8Array): Uint8Array {
  const rLength = signOctets(r) + r.length;
  const sLength = signOctets(s) + s.length;
  const length = rLength + sLength + 4;
  const isLong = length >= 0x80;
  const der = new Uint8Array(length + (isLong ? 3 : 2));
  der[0] = derTag.sequence;
  if (isLong) der[1] = 0x81;
  const start = isLong ? 3 : 2;
  der[start - 1] = length;
  writeInteger(der, start, r, rLength);
  writeInteger(der, start + 2 + rLength, s, sLength);
  return der;
}

/** INTEGER is signed: a magnitude whose first bit is set needs a zero before it. */
function signOctets(magnitude: Uint8Array): number {
  return (magnitude[0] ?? 0) >= 0x80 ? 1 : 0;
}

function writeInteger(der: Uint8Array, offset: number, magnitude: Uint8Array, length: number): void {
  der[offset] = derTag.integer;
  der[offset + 1] = length;
  der.set(magnitude, offset + 2 + length - magnitude.length);
}

function readIntegers(der: Uint8Array): { readonly r: Uint8Array; readonly s: Uint8Array } {
  try {
    const fields = readDer(der).sequence();
    const r = unsignedIntegerBytes(fields.next());
    const s = unsignedIntegerBytes(fields.next());
    fields.finish();
    return { r, s };
  } catch (cause) {
    throw invalid('not SEQUENCE { r, s } in DER', cause);
  }
}

const orders: Readonly<Record<EcCurve, Uint8Array>> = {
  sm2: orderOf('sm2'),
  p256: orderOf('p256'),
  p384: orderOf('p384'),
  p521: orderOf('p521'),
};

function orderOf(curve: EcCurve): Uint8Array {
  return magnitudeOf(integerToBytes(curves[curve].n, curves[curve].coordinateLength));
}

/** Without leading zeros; empty for zero. */
function magnitudeOf(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  return start === 0 ? bytes : bytes.subarray(start);
}

/** @param r, s  magnitudes */
function checkRange(r: Uint8Array, s: Uint8Array, curve: EcCurve): void {
  const order = orders[curve];
  if (!isInRange(r, order) || !isInRange(s, order)) throw invalid('r or s out of range');
  if (curve === 'sm2' && integerFromBytes(r) + integerFromBytes(s) === curves.sm2.n) throw invalid('r + s is zero');
}

const isInRange = (value: Uint8Array, order: Uint8Array): boolean =>
  value.length > 0 &&
  (value.length < order.length || (value.length === order.length && compareBytes(value, order) < 0));

function padded(magnitude: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(magnitude, length - magnitude.length);
  return bytes;
}

function invalid(detail: string, cause?: unknown): CodedError {
  return new CodedError('ERR_SIGNATURE_ENCODING_INVALID', { detail }, { cause });
}
