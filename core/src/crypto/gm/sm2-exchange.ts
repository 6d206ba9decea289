import { concatBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import type { PrivateKey, PublicKey, Sm2Agreement, Sm2AgreementInput } from '../ops.ts';
import type { GmEngine } from './engine.ts';
import { readSm2PrivateKey } from './sm2-private-key.ts';
import { pointInvalid, sm2Coordinates } from './sm2-public-key.ts';
import { publicKeyOfPrivate } from './sm2-signing.ts';
import { zaBy } from './za.ts';

/** See {@link Sm2Ops.agree}; GB/T 32918.3-2016 §6, with the optional confirmations. The cofactor of the curve is 1. */
export function agreeSm2(engine: GmEngine, input: Sm2AgreementInput): Sm2Agreement {
  const own = sides(engine, publicKeyOfPrivate(engine, input.privateKey), input.userId);
  const peer = sides(engine, input.peerKey, input.peerUserId);
  const ownEphemeral = sm2Coordinates(publicKeyOfPrivate(engine, input.ephemeral));
  const peerEphemeral = sm2Coordinates(input.peerEphemeral);
  const shared = sharedPoint(engine, input.privateKey, input.ephemeral, ownEphemeral, peer.point, peerEphemeral);
  const initiates = input.role === 'initiator';
  const [za, zb] = initiates ? [own.z, peer.z] : [peer.z, own.z];
  const [ra, rb] = initiates ? [ownEphemeral, peerEphemeral] : [peerEphemeral, ownEphemeral];
  const secret = concatBytes(shared, za, zb);
  const key = engine.deriveKey(secret, input.length);
  const digestOnce = (...parts: readonly Uint8Array[]): Uint8Array => {
    const bytes = concatBytes(...parts);
    const digest = engine.digest(bytes);
    bytes.fill(0);
    return digest;
  };
  const inner = digestOnce(shared.subarray(0, 32), za, zb, ra, rb);
  const confirmation = (mark: number): Uint8Array => digestOnce(Uint8Array.of(mark), shared.subarray(32), inner);
  const [byResponder, byInitiator] = [confirmation(2), confirmation(3)];
  for (const used of [shared, secret, inner]) used.fill(0);
  return initiates ? { key, send: byInitiator, expect: byResponder } : { key, send: byResponder, expect: byInitiator };
}

function sides(
  engine: GmEngine,
  key: PublicKey,
  userId: Uint8Array,
): { readonly point: Uint8Array; readonly z: Uint8Array } {
  const point = sm2Coordinates(key);
  if (!engine.checkPublicKey(point)) throw pointInvalid();
  return { point, z: zaBy(engine, point, userId) };
}

/** t·(P + x̄·R) with t = (d + x̄·r) mod n and x̄ = 2¹²⁷ + (x mod 2¹²⁷). */
function sharedPoint(
  engine: GmEngine,
  privateKey: PrivateKey,
  ephemeral: PrivateKey,
  ownEphemeral: Uint8Array,
  peer: Uint8Array,
  peerEphemeral: Uint8Array,
): Uint8Array {
  const { d } = readSm2PrivateKey(privateKey);
  const { d: r } = readSm2PrivateKey(ephemeral);
  const t = engine.multiplyAdd(d, truncated(ownEphemeral), r);
  d.fill(0);
  r.fill(0);
  const part = engine.multiply(truncated(peerEphemeral), peerEphemeral);
  const base = part && engine.add(peer, part);
  const shared = base && engine.multiply(t, base);
  t.fill(0);
  if (shared === undefined) throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'key agreement failed' });
  return shared;
}

function truncated(point: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  out.set(point.subarray(16, 32), 16);
  out[16] = (out[16] ?? 0) | 0x80;
  return out;
}
