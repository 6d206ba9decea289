import { equalBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { PrivateKey, PublicKey, Sm2SignatureForm, Sm2SigningKey } from '../ops.ts';
import type { GmEngine } from './engine.ts';
import type { RandomBytes } from './nonce.ts';
import { readSm2PrivateKey } from './sm2-private-key.ts';
import { buildSm2PublicKey, sm2Coordinates } from './sm2-public-key.ts';
import { derSm2Signature } from './sm2-signature-form.ts';
import { zaBy } from './za.ts';

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
    last = { userId: new Uint8Array(userId), za: zaBy(engine, point, userId) };
    return last.za;
  };
  const secret = (): Uint8Array => {
    if (wiped) throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'the key was wiped' });
    return prepared;
  };
  const inForm = (raw: Uint8Array, form: Sm2SignatureForm): Uint8Array => (form === 'raw' ? raw : derSm2Signature(raw));
  return {
    publicKey,
    signDigest: (e, form = 'der') => {
      requireDigest(e);
      return inForm(engine.signDigest(secret(), e, random), form);
    },
    sign: (message, userId, form = 'der') => inForm(engine.signMessage(secret(), zaOf(userId), message, random), form),
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
