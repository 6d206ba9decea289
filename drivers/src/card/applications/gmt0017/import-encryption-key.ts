import { concatBytes, equalBytes } from '@onelock/core/bytes';
import type { CryptoOps, PublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { EnvelopedKeyPair } from '../../../port/index.ts';
import { cardFailure, SW_OK } from '../../apdu/index.ts';
import { exportPublicKey, type OpenContainer, sm2KeyOf, sm2PointIn } from './containers.ts';
import type { GmChannel } from './gm-channel.ts';
import { gmCodes, SGD } from './instructions.ts';
import { decryptInside, encodeCipher, readCipher } from './session-keys.ts';

const algorithms = { sm4: SGD.SM4_ECB, sm1: SGD.SM1_ECB, ssf33: SGD.SSF33_ECB } as const;
const scalarRoom = 64;

/**
 * ImportECCKeyPair, and a proof that the key in the container opens what is encrypted to it. A container has one encryption key:
 * a second would take the first one's place and with it every envelope made for it, so it is refused.
 *
 * @throws {CodedError} ERR_TOKEN_FULL, ERR_TOKEN_CERTIFICATE_MISMATCH, ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_KEY_NOT_FOUND
 */
export async function importEncryptionKey(
  gm: GmChannel,
  ops: CryptoOps,
  container: OpenContainer,
  pair: EnvelopedKeyPair,
  certificate: Uint8Array | null,
): Promise<void> {
  if (certificate !== null) {
    const point = sm2PointIn(certificate);
    if (point === null || !equalBytes(point, pair.publicPoint)) throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
  }
  if ((await exportPublicKey(gm, container, 'signing')) === null) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  const present = await exportPublicKey(gm, container, 'encryption');
  if (present?.kind === 'sm2' && !equalBytes(present.point, pair.publicPoint)) throw new CodedError('ERR_TOKEN_FULL');
  for (const scalar of scalarFields(pair.encryptedScalar)) {
    const { sw } = await gm.send('ImportECCKeyPair', { data: encodePair(gm, container, pair, scalar) });
    if (sw !== SW_OK && !refusals.has(sw)) throw cardFailure('GM ImportECCKeyPair', sw, { codes: gmCodes });
    if (sw === SW_OK && (await opens(gm, ops, container, sm2KeyOf(pair.publicPoint.subarray(1))))) return;
  }
  throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}

/** What a card says of a pair that was made for another key, or whose halves do not belong together. */
const refusals: ReadonlySet<number> = new Set([0x6a80, 0x6a9a, 0x6a9b, 0x6a98, 0x6985]);

function encodePair(gm: GmChannel, { ids }: OpenContainer, pair: EnvelopedKeyPair, scalar: Uint8Array): Uint8Array {
  const { u32 } = gm.numbers;
  return concatBytes(
    ids,
    u32(1),
    u32(algorithms[pair.cipher]),
    u32(256),
    encodeCipher(gm, readCipher(pair.encryptedSymmetricKey)).subarray(4),
    u32(256),
    pair.publicPoint.subarray(1),
    u32(scalarRoom),
    scalar,
  );
}

/** 64 bytes as a CA made them; 32 are put right, then left, of what nobody reads. */
function scalarFields(encrypted: Uint8Array): readonly Uint8Array[] {
  if (encrypted.length === scalarRoom) return [encrypted];
  const empty = new Uint8Array(scalarRoom - encrypted.length);
  return [concatBytes(empty, encrypted), concatBytes(encrypted, empty)];
}

async function opens(gm: GmChannel, ops: CryptoOps, container: OpenContainer, key: PublicKey): Promise<boolean> {
  const encryptedKey = ops.sm2.encrypt(key, ops.random(16), 'asn1');
  const content = { cipher: 'sm4-cbc', iv: ops.random(16), ciphertext: ops.random(16), last: false } as const;
  try {
    await decryptInside(gm, container, { ...content, encryptedKey });
    return true;
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_ENVELOPE_CONTENT_INVALID') return false;
    throw error;
  }
}
