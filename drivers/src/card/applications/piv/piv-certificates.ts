import { toHex } from '@onelock/core/bytes';
import type { PublicKey } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { TokenIdentity } from '../../../port/index.ts';
import { type ApduChannel, findTlv } from '../../apdu/index.ts';
import { keyHistoryTag, type PivKeyReference, readCertificate, readObject } from './objects.ts';

/** Keys that sign with the holder's will; 9E signs without a PIN and is none. */
export const signingReferences: readonly PivKeyReference[] = ['9c', '9a'];
export const encryptionReference: PivKeyReference = '9d';
const mostRetired = 20;

/** What a PIV card's certificates and new keys say, in the port's words. */
export interface PivKeys {
  readonly certificates: ReadonlyMap<PivKeyReference, Uint8Array>;
  /** Of key management keys that were renewed, newest first. */
  readonly retired: readonly PivKeyReference[];
  /** Where something stands that is no certificate: nobody's key, and no place for a new one. */
  readonly unreadable: ReadonlySet<PivKeyReference>;
}

export async function readKeys(channel: ApduChannel): Promise<PivKeys> {
  const certificates = new Map<PivKeyReference, Uint8Array>();
  const unreadable = new Set<PivKeyReference>();
  const add = async (reference: PivKeyReference): Promise<boolean> => {
    try {
      const certificate = await readCertificate(channel, reference);
      if (certificate === null) return false;
      parseCertificate(certificate);
      certificates.set(reference, certificate);
      return true;
    } catch (error) {
      if (!isCodedError(error) || error.native?.api.startsWith('SCard') === true || error.code === 'ERR_TOKEN_REMOVED')
        throw error;
      unreadable.add(reference);
      return false;
    }
  };
  for (const reference of [...signingReferences, encryptionReference]) await add(reference);
  const retired: PivKeyReference[] = [];
  for (let index = 0; index < (await retiredCount(channel)); index += 1) {
    const reference = (0x82 + index).toString(16);
    if (await add(reference)) retired.unshift(reference);
  }
  return { certificates, retired, unreadable };
}

/** The digital signature key has the key management key beside it: the two certificates of one holder. */
export function identitiesOf(
  { certificates, retired }: PivKeys,
  generated: ReadonlyMap<PivKeyReference, PublicKey>,
): readonly TokenIdentity[] {
  const encryption = certificates.get(encryptionReference) ?? null;
  const earlier = retired.flatMap((reference) => certificates.get(reference) ?? []);
  const earlierEncryption = earlier.length === 0 ? {} : { earlierEncryption: earlier };
  const present = signingReferences.filter((reference) => certificates.has(reference) || generated.has(reference));
  const signing = present.map((reference, index): TokenIdentity => {
    const certificate = certificates.get(reference) ?? null;
    const key = generated.get(reference);
    return {
      id: reference,
      label: labels[reference] ?? reference,
      signingCertificate: certificate,
      encryptionCertificate: index === 0 ? encryption : null,
      ...(index === 0 && encryption !== null ? earlierEncryption : {}),
      ...(certificate === null && key !== undefined ? { uncertifiedSigningKey: key.spki } : {}),
    };
  });
  if (signing.length > 0 || encryption === null) return signing;
  const id = encryptionReference;
  return [
    { id, label: labels[id] ?? id, signingCertificate: null, encryptionCertificate: encryption, ...earlierEncryption },
  ];
}

/** The key whose certificate that is, or undefined. */
export function referenceOf({ certificates }: PivKeys, certificate: Uint8Array): PivKeyReference | undefined {
  const wanted = toHex(certificate);
  return [...certificates].find(([, der]) => toHex(der) === wanted)?.[0];
}

export const publicKeyIn = (certificate: Uint8Array): PublicKey => parseCertificate(certificate).publicKey;

const labels: Readonly<Record<string, string>> = {
  '9a': 'PIV Authentication',
  '9c': 'Digital Signature',
  '9d': 'Key Management',
};

/** keysWithOnCardCerts of the key history object (part 1 §3.3.3). */
async function retiredCount(channel: ApduChannel): Promise<number> {
  const history = await readObject(channel, keyHistoryTag);
  const count = history === null ? 0 : (findTlv(history, 0xc1)?.[0] ?? 0);
  return Math.min(count, mostRetired);
}
