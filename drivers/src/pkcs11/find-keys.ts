import { equalBytes } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
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
    publicKey: certificate === null ? publicKeyOf(place, id, use) : parseCertificate(certificate.der).publicKey,
  };
}

/** By the token's public key object, else by a certificate of that CKA_ID; where two keys share it, by the one of that use. */
function publicKeyOf({ cryptoki, session }: KeyPlace, id: Uint8Array, use: KeyUse): PublicKey | null {
  const objects = findPublicKeys(cryptoki, session, id);
  const object = objects.find(({ signs, encrypts }) => (use === 'signing' ? signs : encrypts)) ?? objects[0];
  if (object !== undefined) return parsePublicKey(object.spki);
  const certificates = findCertificates(cryptoki, session)
    .filter((each) => equalBytes(each.id, id))
    .map(({ der }) => parseCertificate(der));
  const signs = ({ keyUsage }: Certificate): boolean => keyUsage?.has('digitalSignature') ?? true;
  const certificate = certificates.find((each) => signs(each) === (use === 'signing')) ?? certificates[0];
  return certificate?.publicKey ?? null;
}
