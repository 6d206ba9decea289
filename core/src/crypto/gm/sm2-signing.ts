import { concatBytes, equalBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { PrivateKey, PublicKey, Sm2SigningKey } from '../ops.ts';
import { zaCoordinates, zaPrefix } from '../sm2-za.ts';
import type { GmEngine } from './engine.ts';
import { type RandomBytes, withFreshScalar } from './nonce.ts';
import { readSm2PrivateKey } from './sm2-private-key.ts';
import { buildSm2PublicKey, sm2Coordinates } from './sm2-public-key.ts';
import { derSm2Signature } from './sm2-signature-form.ts';

/** e = SM3(ZA ‖ M) of GB/T 32918.2-2016 §6.1, 32 bytes. */
export function computeE(engine: GmEngine, point: Uint8Array, userId: Uint8Array, message: Uint8Array): Uint8Array {
  return digestAfter(engine, zaBy(engine, point, userId), message);
}

/** The input of the last ZA: nearly always the next one has the same user id. Public data. */
let lastInput: { readonly userId: Uint8Array; readonly bytes: Uint8Array } = {
  userId: new Uint8Array(0),
  bytes: new Uint8Array(0),
};

/** ZA of GB/T 32918.2-2016 §5.5, 32 bytes. */
export function zaBy(engine: GmEngine, point: Uint8Array, userId: Uint8Array): Uint8Array {
  const coordinates = zaCoordinates(point);
  if (lastInput.bytes.length === 0 || !equalBytes(lastInput.userId, userId))
    lastInput = { userId: new Uint8Array(userId), bytes: concatBytes(zaPrefix(userId), coordinates) };
  lastInput.bytes.set(coordinates, lastInput.bytes.length - 64);
  return engine.digest(lastInput.bytes);
}

function digestAfter(engine: GmEngine, za: Uint8Array, message: Uint8Array): Uint8Array {
  if (message.length <= 4096) {
    const input = new Uint8Array(32 + message.length);
    input.set(za);
    input.set(message, 32);
    return engine.digest(input);
  }
  const running = engine.createDigest();
  running.update(za);
  running.update(message);
  return running.digest();
}

/** @throws {CodedError} ERR_CRYPTO_DIGEST_LENGTH */
export function requireDigest(e: Uint8Array): void {
  if (e.length !== 32) throw new CodedError('ERR_CRYPTO_DIGEST_LENGTH', { expected: 32, actual: e.length });
}

/** See {@link Sm2Ops.openSigningKey}. Holds (1 + d)⁻¹ and not d itself; either of them is the key. */
export function openSigningKey(engine: GmEngine, random: RandomBytes, key: PrivateKey): Sm2SigningKey {
  const { d, point: stated } = readSm2PrivateKey(key);
  const prepared = engine.prepare(d);
  const point = stated ?? (prepared && engine.derivePublicKey(d));
  d.fill(0);
  if (prepared === undefined || point === undefined)
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'private key out of range' });
  const publicKey = buildSm2PublicKey(point);
  let wiped = false;
  let last: { readonly userId: Uint8Array; readonly za: Uint8Array } | undefined;
  const zaOf = (userId: Uint8Array): Uint8Array => {
    if (last !== undefined && equalBytes(last.userId, userId)) return last.za;
    last = { userId: new Uint8Array(userId), za: zaBy(engine, publicKey.point, userId) };
    return last.za;
  };
  const signRaw = (e: Uint8Array): Uint8Array => {
    requireDigest(e);
    if (wiped) throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'the key was wiped' });
    return withFreshScalar(random, (k) => engine.sign(prepared, k, e));
  };
  return {
    publicKey,
    signDigest: (e, form = 'der') => (form === 'raw' ? signRaw(e) : derSm2Signature(signRaw(e))),
    sign: (message, userId, form = 'der') => {
      const raw = signRaw(digestAfter(engine, zaOf(userId), message));
      return form === 'raw' ? raw : derSm2Signature(raw);
    },
    wipe: () => {
      wiped = true;
      prepared.fill(0);
    },
  };
}

/** Whether a private key's scalar is in [1, n − 2] and, where it says its public key, that is the right one. */
export function publicKeyOfPrivate(engine: GmEngine, key: PrivateKey): Extract<PublicKey, { kind: 'sm2' }> {
  const { d, point: stated } = readSm2PrivateKey(key);
  const point = engine.derivePublicKey(d);
  d.fill(0);
  if (point === undefined) throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'private key out of range' });
  const derived = buildSm2PublicKey(point);
  if (stated !== undefined && sm2Coordinates(derived).some((octet, index) => octet !== stated[index]))
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'the public key is not of this private key' });
  return derived;
}
