import { CodedError } from '../../errors/coded-error.ts';
import { curves } from '../curves.ts';
import { integerToBytes } from '../integer.ts';

export type RandomBytes = (length: number) => Uint8Array;

const order = integerToBytes(curves.sm2.n, 32);

/** A number out of range, or one that will not do, comes once in 2³²: so many in a row show a broken source or key. */
const maxDraws = 8;

/**
 * A number in [1, n − 1], evenly distributed: drawn again when out of range, never reduced. To be wiped by its user.
 *
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID when the source gives no such number
 */
export function drawScalar(random: RandomBytes): Uint8Array {
  for (let draw = 0; draw < maxDraws; draw++) {
    const candidate = random(32);
    if (isScalar(candidate)) return candidate;
    candidate.fill(0);
  }
  throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'the source of random numbers gives none in range' });
}

/**
 * Whether 32 octets are a number in [1, n − 1]. Every octet is read, whatever they are: a comparison that stops at the first difference
 * would tell how many octets of a nonce in use are 00 or FF, and of a few thousand signatures that is enough to compute the key.
 */
function isScalar(octets: Uint8Array): boolean {
  let any = 0;
  let borrow = 0;
  for (let index = 31; index >= 0; index--) {
    const octet = octets[index] ?? 0;
    any |= octet;
    borrow = ((octet - (order[index] ?? 0) - borrow) >> 8) & 1;
  }
  return octets.length === 32 && borrow === 1 && any !== 0;
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
