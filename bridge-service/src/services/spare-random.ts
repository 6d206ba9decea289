import type { CryptoOps } from '@onelock/core/crypto';

/** Octets drawn at once: asking the engine for a few costs as much as asking for many. */
const drawn = 2048;

const spare = new WeakMap<Pick<CryptoOps, 'random'>, { bytes: Uint8Array; used: number }>();

/**
 * Random octets for names and salts, which are no secrets; each is given out once and wiped from the spare ones. Keys, tokens and nonces
 * come from {@link CryptoOps.random} itself.
 *
 * @param length  at most 64
 */
export function spareRandom(ops: Pick<CryptoOps, 'random'>, length: number): Uint8Array {
  let held = spare.get(ops);
  if (held === undefined || held.used + length > held.bytes.length) {
    held = { bytes: ops.random(drawn), used: 0 };
    spare.set(ops, held);
  }
  const given = held.bytes.slice(held.used, held.used + length);
  held.bytes.fill(0, held.used, held.used + length);
  held.used += length;
  return given;
}
