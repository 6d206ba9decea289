import { equalBytes } from '@onelock/core/bytes';
import type { PublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { exportCertificate } from './containers.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { exportPublicKey } from './public-keys.ts';

/**
 * SKF_ImportCertificate, after the key was seen to be the container's; what was written is read again.
 * @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_CERTIFICATE_MISMATCH, ERR_TOKEN_NATIVE_FAILURE, ERR_TOKEN_FULL
 */
export async function importCertificateInto(
  library: SkfLibrary,
  container: SkfHandle,
  use: 'signing' | 'encryption',
  certificate: Uint8Array,
): Promise<void> {
  const { publicKey } = parseCertificate(certificate);
  const exported = await exportPublicKey(library, container, use);
  if (exported === null) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  if (!sameKey(exported.key, publicKey)) throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
  const der = Buffer.from(certificate);
  await library.call('SKF_ImportCertificate', container, use === 'signing' ? 1 : 0, der, der.length);
  const written = await exportCertificate(library, container, use);
  if (written !== null && equalBytes(written, certificate)) return;
  throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: 'SKF_ImportCertificate', name: 'CERTIFICATE_NOT_WRITTEN' });
}

/** The same key, however its SubjectPublicKeyInfo was written. */
export function sameKey(one: PublicKey, other: PublicKey): boolean {
  if (one.kind === 'sm2' && other.kind === 'sm2') return equalBytes(one.point, other.point);
  return one.kind === other.kind && equalBytes(one.spki, other.spki);
}
