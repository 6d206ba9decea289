import type { PrivateKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { privateKeyPurpose, seal, unseal } from './token-cipher.ts';
import {
  type CertifiedSoftKey,
  encodeField,
  type SoftIdentity,
  type SoftKey,
  type SoftTokenFile,
} from './token-file.ts';

export type KeyRole = 'signing' | 'encryption';

/** Where a key of a token stands. */
export interface KeyPlace {
  readonly serialNumber: string;
  readonly identityId: string;
  readonly role: KeyRole;
}

/** @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND */
export function demandIdentity({ identities }: SoftTokenFile, identityId: string): SoftIdentity {
  const identity = identities.find(({ id }) => id === identityId);
  if (identity === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  return identity;
}

/**
 * Decrypts a key for the moment of its use.
 * @throws {CodedError} ERR_TOKEN_DATA_CORRUPT when the key is not the one that was put in this place
 */
export function withPrivateKey<T>(dataKey: Uint8Array, place: KeyPlace, key: SoftKey, use: (key: PrivateKey) => T): T {
  const pkcs8 = unseal(dataKey, purposeOf(place, boundOf(key)), key.key);
  if (pkcs8 === null) throw new CodedError('ERR_TOKEN_DATA_CORRUPT');
  try {
    return use({ kind: key.algorithm, pkcs8 });
  } finally {
    pkcs8.fill(0);
  }
}

export function sealCertifiedKey(
  dataKey: Uint8Array,
  place: KeyPlace,
  { kind, pkcs8 }: PrivateKey,
  certificateDer: Uint8Array,
): CertifiedSoftKey {
  const certificate = encodeField(certificateDer);
  return { algorithm: kind, certificate, key: seal(dataKey, purposeOf(place, certificate), pkcs8) };
}

export function sealUncertifiedKey(
  dataKey: Uint8Array,
  place: KeyPlace,
  { kind, pkcs8 }: PrivateKey,
  spki: Uint8Array,
): SoftKey {
  const publicKey = encodeField(spki);
  return { algorithm: kind, publicKey, key: seal(dataKey, purposeOf(place, publicKey), pkcs8) };
}

export function isCertified(key: SoftKey): key is CertifiedSoftKey {
  return 'certificate' in key;
}

function boundOf(key: SoftKey): string {
  return isCertified(key) ? key.certificate : key.publicKey;
}

function purposeOf({ serialNumber, identityId, role }: KeyPlace, bound: string): string {
  return privateKeyPurpose(serialNumber, identityId, role, bound);
}
