import { concatBytes } from '../../bytes/compare.ts';
import { fromHex } from '../../bytes/hex.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { PrivateKey, PublicKey } from '../ops.ts';

type Sm2PublicKey = Extract<PublicKey, { readonly kind: 'sm2' }>;

const beforePoint = fromHex('3059301306072a8648ce3d020106082a811ccf5501822d034200');

/** @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH when the key is not an SM2 key */
export function requireSm2(key: PublicKey | PrivateKey): void {
  if (key.kind !== 'sm2') throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: 'sm2', key: key.kind });
}

/**
 * X ‖ Y of an SM2 key; whether it is on the curve is the engine's question.
 *
 * @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_KEY_INVALID for another form than 0x04 ‖ X ‖ Y
 */
export function sm2Coordinates(key: PublicKey): Uint8Array {
  if (key.kind !== 'sm2') throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: 'sm2', key: key.kind });
  if (key.point.length !== 65 || key.point[0] !== 4) throw pointInvalid();
  return key.point.subarray(1);
}

/** X ‖ Y (64 bytes, on the curve) → the key with its SubjectPublicKeyInfo. */
export function buildSm2PublicKey(coordinates: Uint8Array): Sm2PublicKey {
  const point = concatBytes(Uint8Array.of(4), coordinates);
  return { kind: 'sm2', point, spki: concatBytes(beforePoint, point) };
}

export function pointInvalid(): CodedError {
  return new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'point not on the curve' });
}
