import { compareBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { curves } from '../curves.ts';
import { integerToBytes } from '../integer.ts';

export type RandomBytes = (length: number) => Uint8Array;

const order = integerToBytes(curves.sm2.n, 32);
const zero = new Uint8Array(32);

/** A number out of range, or one that will not do, comes once in 2³²: so many in a row show a broken source or key. */
const maxDraws = 8;

/**
 * A number in [1, n − 1], evenly distributed: drawn again when out of range, never reduced. Compared in variable time, which tells
 * only of numbers that are thrown away. To be wiped by its user.
 *
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID when the source gives no such number
 */
export function drawScalar(random: RandomBytes): Uint8Array {
  for (let draw = 0; draw < maxDraws; draw++) {
    const candidate = random(32);
    if (compareBytes(candidate, order) < 0 && compareBytes(candidate, zero) > 0) return candidate;
    candidate.fill(0);
  }
  throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'the source of random numbers gives none in range' });
}

/**
 * Uses a fresh number once and overwrites it, until the use succeeds. Nonces are drawn here and, where the addon gets random numbers
 * from the system itself, in `sign_fresh` of core/native/src/addon.c; nowhere else.
 *
 * @param use  undefined when the number will not do (probability about 2⁻²⁵⁶)
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID when none will do: the key is none
 */
export function withFreshScalar<T>(random: RandomBytes, use: (k: Uint8Array) => T | undefined): T {
  for (let draw = 0; draw < maxDraws; draw++) {
    const k = drawScalar(random);
    try {
      const result = use(k);
      if (result !== undefined) return result;
    } finally {
      k.fill(0);
    }
  }
  throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'no random number will do with this key' });
}
