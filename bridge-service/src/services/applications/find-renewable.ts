import { CodedError } from '@onelock/core/errors';
import type { Ports } from '../ports/ports.ts';
import { readCertificate } from '../read-certificates.ts';
import { readIdentity } from '../registry/read-identity.ts';

export interface RenewableView {
  /** null: its CA takes no renewals here. */
  readonly caId: string | null;
  readonly company: { readonly name: string; readonly creditCode: string };
  readonly notAfter: string;
}

/**
 * Which CA a certificate can be renewed at, and for whom: nothing but what the certificate and the public offers say.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for a certificate that names no company
 */
export async function findRenewable(ports: Ports, text: string): Promise<RenewableView> {
  const certificate = readCertificate(text, '/certificate');
  const {
    unifiedSocialCreditCode: code,
    organization,
    commonName,
  } = await readIdentity(ports, ports.store, certificate);
  const name = organization ?? commonName;
  if (code === null || !code.checkDigitValid || name === null)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/certificate', rule: 'of a company' });
  const { authorities } = await ports.trust.current(ports.store);
  const issuers = new Set(authorities.named(certificate.issuer).map(({ caId }) => caId));
  const offered = await ports.store.enrolments.open();
  const ca = offered.find((one) => one.public && issuers.has(one.caId));
  return {
    caId: ca?.caId ?? null,
    company: { name, creditCode: code.value },
    notAfter: certificate.notAfter.toISOString(),
  };
}
