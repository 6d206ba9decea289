import { concatBytes } from '../bytes/compare.ts';
import { CodedError } from '../errors/coded-error.ts';
import { curves } from './curves.ts';
import { integerToBytes } from './integer.ts';
import type { CryptoOps } from './ops.ts';

/** ENTL is two octets of bits (GB/T 32918.2-2016 §5.5). */
const maxUserIdLength = 8191;

const { a, b, gx, gy } = curves.sm2;
const parameters = concatBytes(
  integerToBytes(a, 32),
  integerToBytes(b, 32),
  integerToBytes(gx, 32),
  integerToBytes(gy, 32),
);

/**
 * ZA = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA) of GB/T 32918.2-2016 §5.5: what an SM2 signature hashes before the message.
 *
 * @param point   the signer's public key, 65 bytes, 0x04 ‖ X ‖ Y
 * @param userId  up to 8191 bytes; the empty one is a value like any other
 * @returns 32 bytes
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID for another form of point, ERR_BYTES_TOO_LARGE
 */
export function computeZa(ops: Pick<CryptoOps, 'digest'>, point: Uint8Array, userId: Uint8Array): Uint8Array {
  return ops.digest('sm3', zaPrefix(userId), zaCoordinates(point));
}

/**
 * What stands before the coordinates: the same for every key under one user id.
 *
 * @throws {CodedError} ERR_BYTES_TOO_LARGE
 */
export function zaPrefix(userId: Uint8Array): Uint8Array {
  if (userId.length > maxUserIdLength)
    throw new CodedError('ERR_BYTES_TOO_LARGE', { limit: maxUserIdLength, actual: userId.length });
  const bits = userId.length * 8;
  return concatBytes(Uint8Array.of(bits >> 8, bits & 0xff), userId, parameters);
}

/** X ‖ Y of 0x04 ‖ X ‖ Y. @throws {CodedError} ERR_CRYPTO_KEY_INVALID */
export function zaCoordinates(point: Uint8Array): Uint8Array {
  if (point.length !== 65 || point[0] !== 4) throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'SM2 point' });
  return point.subarray(1);
}
