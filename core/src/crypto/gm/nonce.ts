import { compareBytes } from '../../bytes/compare.ts';
import { curves } from '../curves.ts';
import { integerToBytes } from '../integer.ts';

export type RandomBytes = (length: number) => Uint8Array;

const order = integerToBytes(curves.sm2.n, 32);
const zero = new Uint8Array(32);

/**
 * A number in [1, n − 1], evenly distributed: drawn again when out of range (once in 2³²), never reduced. Compared in variable
 * time, which tells only of numbers that are thrown away. To be wiped by its user.
 */
export function drawScalar(random: RandomBytes): Uint8Array {
  for (;;) {
    const candidate = random(32);
    if (compareBytes(candidate, order) < 0 && compareBytes(candidate, zero) > 0) return candidate;
    candidate.fill(0);
  }
}

/**
 * Uses a fresh number once and overwrites it, until the use succeeds. Nothing else in the project draws nonces.
 *
 * @param use  undefined when the number will not do (probability about 2⁻²⁵⁶)
 */
export function withFreshScalar<T>(random: RandomBytes, use: (k: Uint8Array) => T | undefined): T {
  for (;;) {
    const k = drawScalar(random);
    try {
      const result = use(k);
      if (result !== undefined) return result;
    } finally {
      k.fill(0);
    }
  }
}
