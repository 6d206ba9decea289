import { equalBytes } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { Cryptoki, Handle } from './abi.ts';
import { isEncryptionIdOf } from './key-ids.ts';
import {
  type CertificateObject,
  findCertificates,
  findPrivateKey,
  findPublicKeys,
  type KeyObject,
  type KeyUse,
} from './objects.ts';

/** A private key and, where the token shows it, its public half. */
export interface CertifiedKey {
  readonly key: KeyObject;
  readonly publicKey: PublicKey | null;
}

/** Where keys are looked for: a session that is logged in. */
export interface KeyPlace {
  readonly cryptoki: Cryptoki;
  readonly session: Handle;
  /** CKA_KEY_TYPE of the vendor's SM2 keys, where it is not CKK_EC. */
  readonly sm2KeyType: number | undefined;
}

/** @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND */
export function signingKeyOf(place: KeyPlace, id: Uint8Array): CertifiedKey {
  return demandKey(place, id, 'signing', null);
}

/**
 * The private key that opens what was encrypted for a certificate of an identity.
 *
 * @param certificate  null: the present encryption certificate's, or the identity's only key
 * @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND
 */
export function decryptionKeyOf(
  place: KeyPlace,
  id: Uint8Array,
  present: Uint8Array | null,
  certificate: Uint8Array | null,
): CertifiedKey {
  const certificates = findCertificates(place.cryptoki, place.session);
  const wanted = certificate ?? present;
  if (wanted !== null) {
    const owner = certificates.find(({ der }) => equalBytes(der, wanted));
    if (owner === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    return demandKey(place, owner.id, 'encryption', owner);
  }
  const [pending] = findPublicKeys(place.cryptoki, place.session).filter((key) => isEncryptionIdOf(key.id, id));
  return demandKey(place, pending?.id ?? id, 'encryption', null);
}

function demandKey(place: KeyPlace, id: Uint8Array, use: KeyUse, certificate: CertificateObject | null): CertifiedKey {
  const { cryptoki, session, sm2KeyType } = place;
  const key = findPrivateKey(cryptoki, session, id, use, sm2KeyType);
  if (key === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  return {
    key,
    publicKey: certificate === null ? publicKeyOf(place, id) : parseCertificate(certificate.der).publicKey,
  };
}

/** By the token's public key object, else by a certificate of that CKA_ID. */
export function publicKeyOf(
  { cryptoki, session }: Pick<KeyPlace, 'cryptoki' | 'session'>,
  id: Uint8Array,
): PublicKey | null {
  const [object] = findPublicKeys(cryptoki, session, id);
  if (object !== undefined) return parsePublicKey(object.spki);
  const certificate = findCertificates(cryptoki, session).find((each) => equalBytes(each.id, id));
  return certificate === undefined ? null : parseCertificate(certificate.der).publicKey;
}
