import { equalBytes } from '../../bytes/compare.ts';
import { encodeEcdsaSignature } from '../ecdsa-signature.ts';
import type { GmEngine } from '../gm/engine.ts';
import { digestAfter } from '../gm/message-digest.ts';
import { withFreshScalar } from '../gm/nonce.ts';
import { readSm2PrivateKey } from '../gm/sm2-private-key.ts';
import { sm2Coordinates } from '../gm/sm2-public-key.ts';
import { rawSm2Signature } from '../gm/sm2-signature-form.ts';
import { zaBy } from '../gm/za.ts';
import { sm2DefaultUserId } from '../ops.ts';
import { type Floor, floorSm4 } from './floor.ts';

const rounds = 4;
const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;

/**
 * An engine against OpenSSL on fresh keys and data: each accepts what the other signs and refuses it changed, and digests and
 * ciphertexts are equal. About 10 ms.
 *
 * @returns what differs, or undefined
 */
export function findDifference(engine: GmEngine, floor: Floor): string | undefined {
  for (let round = 0; round < rounds; round++) {
    const found = signatures(engine, floor) ?? digests(engine, floor, round) ?? ciphers(engine, floor);
    if (found !== undefined) return found;
  }
  return undefined;
}

function signatures(engine: GmEngine, floor: Floor): string | undefined {
  const { privateKey, publicKey } = floor.generateKeyPair({ kind: 'sm2' });
  if (publicKey.kind !== 'sm2') return 'key pair';
  const point = sm2Coordinates(publicKey);
  const { d } = readSm2PrivateKey(privateKey);
  const derived = engine.derivePublicKey(d);
  const prepared = engine.prepare(d);
  d.fill(0);
  if (derived === undefined || prepared === undefined || !equalBytes(derived, point)) return 'public key';
  const message = floor.random(97);
  const za = zaBy(engine, point, sm2DefaultUserId);
  const e = digestAfter(engine, za, message);
  const own = [
    engine.signDigest(prepared, e, floor.random),
    engine.signMessage(prepared, za, message, floor.random),
    withFreshScalar(floor.random, (k) => engine.sign(prepared, k, e)),
  ];
  prepared.fill(0);
  if (own.some((raw) => !floor.verify(publicKey, algorithm, message, encodeEcdsaSignature(raw))))
    return 'own signature';
  const theirs = rawSm2Signature(floor.sign(privateKey, algorithm, message));
  const accepts = (raw: Uint8Array): readonly boolean[] => [
    engine.verify(point, e, raw),
    engine.verifyMessage(point, za, message, raw),
  ];
  if (theirs === undefined || accepts(theirs).includes(false)) return 'signature of OpenSSL';
  theirs[40] = (theirs[40] ?? 0) ^ 4;
  return accepts(theirs).includes(true) ? 'changed signature accepted' : undefined;
}

function digests(engine: GmEngine, floor: Floor, round: number): string | undefined {
  const data = floor.random(55 + 61 * round);
  return equalBytes(engine.digest(data), floor.digest('sm3', data)) ? undefined : 'SM3';
}

function ciphers(engine: GmEngine, floor: Floor): string | undefined {
  const [key, iv, data] = [floor.random(16), floor.random(16), floor.random(16 * 83)];
  const cipher = engine.createCipher(key);
  const cbc = cipher.cbc('encrypt', iv.slice(), data);
  const back = cipher.cbc('decrypt', iv.slice(), cbc);
  const ctr = cipher.ctr(iv.slice(), 16, data);
  cipher.wipe();
  if (!equalBytes(cbc, floorSm4('sm4-cbc', key, iv, data)) || !equalBytes(back, data)) return 'SM4-CBC';
  return equalBytes(ctr, floorSm4('sm4-ctr', key, iv, data)) ? undefined : 'SM4-CTR';
}
