import { equalBytes } from '@onelock/core/bytes';
import type { PublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { FieldSide } from './blobs.ts';
import { exportCertificate } from './containers.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { exportPublicKey } from './public-keys.ts';

export type KeyUse = 'signing' | 'encryption';

/** One key pair of a container, by its public half. */
export interface ContainerKey {
  readonly use: KeyUse;
  readonly publicKey: PublicKey;
  /** How the library aligns coordinates, as far as the key shows it. */
  readonly side: FieldSide;
}

/**
 * The key pair that opens what was encrypted for a certificate.
 *
 * @param certificate  null for the present encryption key
 * @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_KEY_USAGE for an SM2 signing key (GM/T 0015: two pairs, two uses)
 */
export async function decryptionKeyOf(
  library: SkfLibrary,
  container: SkfHandle,
  certificate: Uint8Array | null,
): Promise<ContainerKey> {
  const encryption = await exportCertificate(library, container, 'encryption');
  const signing = await exportCertificate(library, container, 'signing');
  if (certificate !== null) {
    if (encryption !== null && equalBytes(encryption, certificate))
      return keyOf(library, container, 'encryption', encryption);
    if (signing === null || !equalBytes(signing, certificate)) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
    return demandRsa(await keyOf(library, container, 'signing', signing));
  }
  const exported = encryption === null ? await exportPublicKey(library, container, 'encryption') : null;
  if (encryption !== null || exported !== null) return keyOf(library, container, 'encryption', encryption);
  return demandRsa(await keyOf(library, container, 'signing', signing));
}

function demandRsa(key: ContainerKey): ContainerKey {
  if (key.publicKey.kind !== 'rsa') throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'decrypt' });
  return key;
}

/** @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND where there is neither key nor certificate */
export async function keyOf(
  library: SkfLibrary,
  container: SkfHandle,
  use: KeyUse,
  certificate: Uint8Array | null,
): Promise<ContainerKey> {
  const exported = await exportPublicKey(library, container, use);
  const publicKey = certificate === null ? exported?.key : parseCertificate(certificate).publicKey;
  if (publicKey === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  return { use, publicKey, side: exported?.side ?? 'right' };
}
