import { concatBytes, fromHex, utf8Encode } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { TokenIdentity } from '../../../port/index.ts';
import { brokenCard } from '../../apdu/index.ts';
import { type GmChannel, readNames } from './gm-channel.ts';
import { KEY_USE } from './instructions.ts';

export type KeyUse = keyof typeof KEY_USE;

/** The two ids that every command to a container begins with. */
export interface OpenContainer {
  readonly ids: Uint8Array;
}

const sm2Prefix = fromHex('3059301306072a8648ce3d020106082a811ccf5501822d034200');
const noSuchThing = [0x6a95, 0x6a96, 0x6a94];
const mostContainers = 64;

export async function listContainers(gm: GmChannel, appId: Uint8Array): Promise<readonly string[]> {
  return readNames(await gm.demand('EnumContainer', { data: appId, le: 'most' })).slice(0, mostContainers);
}

/** @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND */
export async function withContainer<T>(
  gm: GmChannel,
  appId: Uint8Array,
  name: string,
  act: (container: OpenContainer) => Promise<T>,
): Promise<T> {
  const data = concatBytes(appId, utf8Encode(name));
  const id = await gm.find('OpenContainer', { data, le: 2 }, [0x6a91, 0x6a94, 0x6a80]);
  if (id === null || id.length < 2) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  const ids = concatBytes(appId, id.subarray(0, 2));
  try {
    return await act({ ids });
  } finally {
    await closeQuietly(gm, ids);
  }
}

/** A card that is gone took its container along; what the act said is told instead. */
async function closeQuietly(gm: GmChannel, data: Uint8Array): Promise<void> {
  try {
    await gm.send('CloseContainer', { data });
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
}

/** A certificate, DER, behind its length; null where the container has none. */
export async function exportCertificate(
  gm: GmChannel,
  { ids }: OpenContainer,
  use: KeyUse,
): Promise<Uint8Array | null> {
  const command = { p1: KEY_USE[use], data: ids, le: 'most' } as const;
  const answer = await gm.find('ExportCertificate', command, noSuchThing);
  if (answer === null || answer.length < 4) return null;
  const length = gm.numbers.readU32(answer, 0);
  if (length === 0) return null;
  if (length > answer.length - 4) throw brokenCard('GM ExportCertificate', `${length} bytes of ${answer.length}`);
  return answer.slice(4, 4 + length);
}

export async function importCertificate(
  gm: GmChannel,
  { ids }: OpenContainer,
  use: KeyUse,
  certificate: Uint8Array,
): Promise<void> {
  const length = gm.numbers.u32(certificate.length);
  const data = concatBytes(ids, Uint8Array.of(KEY_USE[use]), length, certificate);
  await gm.demand('ImportCertificate', { data });
}

/** The SM2 public key of a container, or null where it has none of that use or of another algorithm. */
export async function exportPublicKey(gm: GmChannel, { ids }: OpenContainer, use: KeyUse): Promise<PublicKey | null> {
  const command = { p1: KEY_USE[use], data: ids, le: 'most' } as const;
  const answer = await gm.find('ExportPublicKey', command, noSuchThing);
  if (answer === null || answer.length !== 68 || gm.numbers.readU32(answer, 0) !== 256) return null;
  return sm2KeyOf(answer.subarray(4));
}

/** @param coordinates  X ‖ Y. @throws {CodedError} ERR_TOKEN_DATA_CORRUPT for a point that is not on the curve */
export function sm2KeyOf(coordinates: Uint8Array): PublicKey {
  try {
    return parsePublicKey(concatBytes(sm2Prefix, Uint8Array.of(4), coordinates));
  } catch (cause) {
    throw brokenCard('GM ExportPublicKey', 'point is not on the curve', { cause });
  }
}

export async function readIdentity(gm: GmChannel, appId: Uint8Array, name: string): Promise<TokenIdentity> {
  return withContainer(gm, appId, name, async (container) => {
    const signingCertificate = await exportCertificate(gm, container, 'signing');
    const encryptionCertificate = await exportCertificate(gm, container, 'encryption');
    const signing = signingCertificate === null ? await exportPublicKey(gm, container, 'signing') : null;
    const encryption = encryptionCertificate === null ? await exportPublicKey(gm, container, 'encryption') : null;
    return {
      id: name,
      label: name,
      signingCertificate,
      encryptionCertificate,
      ...(signing && { uncertifiedSigningKey: signing.spki }),
      ...(encryption && { uncertifiedEncryptionKey: encryption.spki }),
    };
  });
}

/** 04 ‖ X ‖ Y of a certificate's SM2 key, or null. */
export function sm2PointIn(certificate: Uint8Array): Uint8Array | null {
  const { publicKey } = parseCertificate(certificate);
  return publicKey.kind === 'sm2' ? publicKey.point : null;
}
