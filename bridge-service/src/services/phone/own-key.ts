import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { parseCertificateRequest } from '@onelock/core/x509';
import type { Phone } from '../ports/phone-records.ts';
import type { Ports } from '../ports/ports.ts';
import { readBytes, readingField } from '../read-certificates.ts';

/**
 * A certificate for phones is for the key that this phone registered.
 *
 * @param request  PKCS#10, base64
 * @throws {CodedError} ERR_PHONE_KEY_MISMATCH; ERR_X509_…, ERR_DER_… with `field`
 */
export function demandOwnKey(
  { ops }: Pick<Ports, 'ops'>,
  { publicKeyDigest }: Pick<Phone, 'publicKeyDigest'>,
  request: string,
): void {
  const der = readBytes(request, '/request');
  const { spki } = readingField('/request', () => parseCertificateRequest(der));
  if (toHex(ops.digest('sm3', spki)) !== publicKeyDigest) throw new CodedError('ERR_PHONE_KEY_MISMATCH');
}
