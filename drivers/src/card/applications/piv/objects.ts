import { gunzipSync } from 'node:zlib';
import { fromHex, toHex } from '@onelock/core/bytes';
import type { ApduChannel } from '../../apdu/index.ts';
import { brokenCard, cardFailure, demandTlv, encodeTlv, findTlv, SW_OK } from '../../apdu/index.ts';

/** A key reference of PIV (SP 800-73-4 part 1 table 4b) that holds a certificate, in hex. */
export type PivKeyReference = string;

/** Data objects of certificates by key (part 1 table 3); 82 to 95 are key management keys that were renewed. */
export const certificateTags: ReadonlyMap<PivKeyReference, number> = new Map([
  ['9c', 0x5fc10a],
  ['9a', 0x5fc105],
  ['9d', 0x5fc10b],
  ['9e', 0x5fc101],
  ...Array.from({ length: 20 }, (_, index): [string, number] => [(0x82 + index).toString(16), 0x5fc10d + index]),
]);

/** Present where renewed keys are (part 1 §3.3.3); asked first, so that twenty empty objects need not be. */
export const keyHistoryTag = 0x5fc10c;
export const chuidTag = 0x5fc102;

const maxCertificateBytes = 32_768;
const compressed = 1;

/** The value of a data object, or null where the card has none. */
export async function readObject(channel: ApduChannel, tag: number): Promise<Uint8Array | null> {
  const { data, sw } = await channel.send('PIV GET DATA', {
    cla: 0,
    ins: 0xcb,
    p1: 0x3f,
    p2: 0xff,
    data: encodeTlv(0x5c, tagBytes(tag)),
    le: 'most',
  });
  if (sw === 0x6a82 || sw === 0x6a88) return null;
  if (sw !== SW_OK) throw cardFailure('PIV GET DATA', sw);
  const value = demandTlv(data, 0x53);
  return value.length === 0 ? null : value;
}

/** A certificate, DER, or null. @throws {CodedError} ERR_TOKEN_DATA_CORRUPT */
export async function readCertificate(channel: ApduChannel, reference: PivKeyReference): Promise<Uint8Array | null> {
  const object = await readObject(channel, certificateTags.get(reference) ?? 0);
  if (object === null) return null;
  const der = findTlv(object, 0x70);
  if (der === undefined || der.length === 0) return null;
  const info = findTlv(object, 0x71)?.[0] ?? 0;
  return (info & compressed) === 0 ? Uint8Array.from(der) : inflate(der);
}

export async function writeCertificate(
  channel: ApduChannel,
  reference: PivKeyReference,
  certificate: Uint8Array,
): Promise<void> {
  const tag = certificateTags.get(reference) ?? 0;
  const object = encodeTlv(0x53, encodeTlv(0x70, certificate), encodeTlv(0x71, Uint8Array.of(0)), encodeTlv(0xfe));
  await channel.demand('PIV PUT DATA', {
    cla: 0,
    ins: 0xdb,
    p1: 0x3f,
    p2: 0xff,
    data: Uint8Array.from([...encodeTlv(0x5c, tagBytes(tag)), ...object]),
  });
}

/** GUID of the card holder unique identifier (part 1 appendix A table 9), hex; null where it is not filled. */
export async function readGuid(channel: ApduChannel): Promise<string | null> {
  const chuid = await readObject(channel, chuidTag);
  const guid = chuid === null ? undefined : findTlv(chuid, 0x34);
  return guid === undefined || guid.every((byte) => byte === 0) ? null : toHex(guid);
}

/** gzip, as part 1 appendix A says; what it opens to is bounded. */
function inflate(der: Uint8Array): Uint8Array {
  try {
    return Uint8Array.from(gunzipSync(der, { maxOutputLength: maxCertificateBytes }));
  } catch (cause) {
    throw brokenCard('PIV GET DATA', 'certificate does not decompress', { cause });
  }
}

const tagBytes = (tag: number): Uint8Array => fromHex(tag.toString(16).padStart(6, '0'));
