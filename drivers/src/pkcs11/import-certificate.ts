import { equalBytes } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { formatName, parseCertificate } from '@onelock/core/x509';
import type { Cryptoki, Handle } from './abi.ts';
import { codedFailure } from './errors.ts';
import { isEncryptionIdOf } from './key-ids.ts';
import { findCertificates, findPublicKeys, type KeyUse } from './objects.ts';
import { certificateTemplate } from './templates.ts';

/**
 * Writes a certificate beside its key (CKA_ID), and takes those of the same key away that were there.
 * @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_CERTIFICATE_MISMATCH, ERR_TOKEN_FULL
 */
export function importCertificateTo(
  cryptoki: Cryptoki,
  session: Handle,
  signingId: Uint8Array,
  use: KeyUse,
  certificate: Uint8Array,
): void {
  const { publicKey, subject } = parseCertificate(certificate);
  const id = idOfKey(cryptoki, session, signingId, use, publicKey);
  const before = findCertificates(cryptoki, session).filter((each) => equalBytes(each.id, id));
  if (before.some(({ der }) => equalBytes(der, certificate))) return;
  const label = formatName(subject).slice(0, 64);
  try {
    cryptoki.C_CreateObject(session, certificateTemplate(certificate, { id: Buffer.from(id), label }));
  } catch (error) {
    throw codedFailure('C_CreateObject', error);
  }
  for (const { handle } of before) destroy(cryptoki, session, handle);
}

/** CKA_ID of the key pair that a certificate is for. */
function idOfKey(
  cryptoki: Cryptoki,
  session: Handle,
  signingId: Uint8Array,
  use: KeyUse,
  publicKey: PublicKey,
): Uint8Array {
  const belongs = (id: Uint8Array): boolean =>
    use === 'signing' ? equalBytes(id, signingId) : isEncryptionIdOf(id, signingId);
  const keys = findPublicKeys(cryptoki, session).filter(({ id }) => belongs(id));
  if (keys.length === 0) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  const own = keys.find(({ spki }) => sameKey(parsePublicKey(spki), publicKey));
  if (own === undefined) throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
  return own.id;
}

export function destroy(cryptoki: Cryptoki, session: Handle, object: Handle): void {
  try {
    cryptoki.C_DestroyObject(session, object);
  } catch (error) {
    throw codedFailure('C_DestroyObject', error);
  }
}

/** The same key, however its SubjectPublicKeyInfo was written. */
function sameKey(one: PublicKey, other: PublicKey): boolean {
  if (one.kind === 'sm2' && other.kind === 'sm2') return equalBytes(one.point, other.point);
  if (one.kind === 'ec' && other.kind === 'ec') return one.curve === other.curve && equalBytes(one.point, other.point);
  return one.kind === other.kind && equalBytes(one.spki, other.spki);
}
