import { toHex, utf8Decode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { type ApduChannel, brokenCard, findTlv } from '../../apdu/index.ts';
import { getData, selectData } from './commands.ts';

/** The keys of the application: digital signature, authentication, decryption. */
export type OpenPgpKey = 'sig' | 'aut' | 'dec';

/** What an OpenPGP card tells anybody of itself. */
export interface OpenPgpFacts {
  readonly version: { readonly major: number; readonly minor: number };
  /** Manufacturer and number, hex. */
  readonly serialNumber: string;
  readonly holder: string | null;
  /** Most random bytes at once; 0 where it gives none. */
  readonly challengeBytes: number;
}

const applicationData = 0x6e;
const cardholderData = 0x65;
const certificateTag = 0x7f21;
/** In the order of SELECT DATA (§7.2.5). */
const occurrences: readonly OpenPgpKey[] = ['aut', 'dec', 'sig'];
const maxHolderLength = 64;

/** @throws {CodedError} ERR_TOKEN_DATA_CORRUPT for a card whose application related data is none */
export async function readFacts(channel: ApduChannel): Promise<OpenPgpFacts> {
  const data = await getData(channel, applicationData);
  const aid = data === null ? undefined : findTlv(data, 0x4f);
  const [major, minor] = aid?.subarray(6) ?? [];
  if (data === null || aid === undefined || aid.length < 14 || major === undefined || minor === undefined)
    throw brokenCard('OpenPGP GET DATA', 'no application identifier');
  const discretionary = findTlv(data, 0x73);
  const [features = 0, , high = 0, low = 0] = (discretionary && findTlv(discretionary, 0xc0)) ?? [];
  return {
    version: { major, minor },
    serialNumber: toHex(aid.subarray(8, 14)),
    holder: await readHolder(channel),
    challengeBytes: (features & 0x40) === 0 ? 0 : high * 256 + low,
  };
}

/** Certificates by key: version 3 has one for each, before that there was one, for authentication. */
export async function readCertificates(
  channel: ApduChannel,
  { version }: OpenPgpFacts,
): Promise<ReadonlyMap<OpenPgpKey, Uint8Array>> {
  const certificates = new Map<OpenPgpKey, Uint8Array>();
  for (const [occurrence, key] of occurrences.entries()) {
    if (version.major < 3 && occurrence > 0) break;
    if (version.major >= 3 && !(await selectData(channel, certificateTag, occurrence)) && occurrence > 0) continue;
    const der = await getData(channel, certificateTag);
    if (der !== null && isCertificate(der)) certificates.set(key, der);
  }
  return certificates;
}

/** What is none is nobody's, and hides no other. */
function isCertificate(der: Uint8Array): boolean {
  try {
    parseCertificate(der);
    return true;
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}

/** `Surname<<Given<Names`, as a passport has it. */
async function readHolder(channel: ApduChannel): Promise<string | null> {
  const data = await getData(channel, cardholderData);
  try {
    const name = data === null ? undefined : findTlv(data, 0x5b);
    const text = name === undefined ? '' : utf8Decode(name).slice(0, maxHolderLength);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: whoever wrote the card may have put them there
    const words = text.split(/[<\u0000-\u0020\u007f]+/);
    return words.join(' ').trim() || null;
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}
