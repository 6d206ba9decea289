import { concatBytes, equalBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { PrivateKey, PublicKey, Sm2CiphertextForm } from '../ops.ts';
import type { GmEngine } from './engine.ts';
import { type RandomBytes, withFreshScalar } from './nonce.ts';
import { encodeCiphertext, readings, type Sm2Ciphertext } from './sm2-ciphertext.ts';
import { readSm2PrivateKey } from './sm2-private-key.ts';
import { pointInvalid, sm2Coordinates } from './sm2-public-key.ts';

/** See {@link Sm2Ops.encrypt}; GB/T 32918.4-2016 §6.1. */
export function encryptSm2(
  engine: GmEngine,
  random: RandomBytes,
  key: PublicKey,
  plaintext: Uint8Array,
  form: Sm2CiphertextForm,
): Uint8Array {
  const point = sm2Coordinates(key);
  if (!engine.checkPublicKey(point)) throw pointInvalid();
  if (plaintext.length === 0) throw new CodedError('ERR_CRYPTO_PLAINTEXT_EMPTY', {});
  return withFreshScalar(random, (k) => {
    const ciphertext = encryptWith(engine, point, plaintext, k);
    return ciphertext && encodeCiphertext(ciphertext, form);
  });
}

/** With a given k: for {@link encryptSm2} and the standard's example only. */
export function encryptWith(
  engine: GmEngine,
  point: Uint8Array,
  plaintext: Uint8Array,
  k: Uint8Array,
): Sm2Ciphertext | undefined {
  const c1 = engine.multiplyBase(k);
  const shared = engine.multiply(k, point);
  if (c1 === undefined || shared === undefined) return undefined;
  const c2 = engine.deriveKey(shared, plaintext.length);
  const usable = isAnySet(c2);
  const c3 = hashAround(engine, shared, plaintext);
  shared.fill(0);
  exclusiveOr(c2, plaintext);
  return usable ? { c1, c3, c2 } : undefined;
}

/**
 * See {@link Sm2Ops.decrypt}; GB/T 32918.4-2016 §7.1. However it fails, it fails alike: whoever sends ciphertexts learns nothing of
 * why one was refused.
 */
export function decryptSm2(
  engine: GmEngine,
  key: PrivateKey,
  ciphertext: Uint8Array,
  form: Sm2CiphertextForm | undefined,
): Uint8Array {
  const { d } = readSm2PrivateKey(key);
  try {
    for (const reading of readings(ciphertext, form)) {
      const plaintext = decryptReading(engine, d, reading);
      if (plaintext !== undefined) return plaintext;
    }
  } finally {
    d.fill(0);
  }
  throw new CodedError('ERR_CRYPTO_CIPHERTEXT_INVALID', {});
}

function decryptReading(engine: GmEngine, d: Uint8Array, { c1, c3, c2 }: Sm2Ciphertext): Uint8Array | undefined {
  const shared = engine.multiply(d, c1);
  if (shared === undefined) return undefined;
  const plaintext = engine.deriveKey(shared, c2.length);
  const usable = isAnySet(plaintext);
  exclusiveOr(plaintext, c2);
  const expected = hashAround(engine, shared, plaintext);
  shared.fill(0);
  if (usable && equalBytes(expected, c3)) return plaintext;
  plaintext.fill(0);
  return undefined;
}

/** C3 = SM3(x2 ‖ M ‖ y2) */
function hashAround(engine: GmEngine, shared: Uint8Array, message: Uint8Array): Uint8Array {
  if (message.length > 4096) {
    const running = engine.createDigest();
    running.update(shared.subarray(0, 32));
    running.update(message);
    running.update(shared.subarray(32));
    return running.digest();
  }
  const input = concatBytes(shared.subarray(0, 32), message, shared.subarray(32));
  const digest = engine.digest(input);
  input.fill(0);
  return digest;
}

/** The standard wants another k when the whole key stream is zero. Looks at all of it: where it begins is nobody's business. */
function isAnySet(stream: Uint8Array): boolean {
  let any = 0;
  for (const octet of stream) any |= octet;
  return any !== 0;
}

function exclusiveOr(into: Uint8Array, other: Uint8Array): void {
  for (let index = 0; index < into.length; index++) into[index] = (into[index] ?? 0) ^ (other[index] ?? 0);
}
