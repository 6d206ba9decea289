import type { Params } from '@onelock/core/contract';
import type { Identity } from './certificates.ts';

type Filter = Params<'listCertificates'>['filter'];
type Summary = NonNullable<Identity['signing']>;

/** Whether an identity fulfils every condition that the page named. */
export function matchesFilter(identity: Identity, filter: Filter): boolean {
  if (filter === undefined) return true;
  const certificate = filter.usage === 'encrypt' ? identity.encryption : (identity.signing ?? identity.encryption);
  if (certificate === null) return false;
  return (
    fitsUsage(identity, filter.usage) &&
    (filter.algorithms?.some((algorithm) => algorithm === certificate.publicKey.algorithm) ?? true) &&
    contains(certificate.issuer, filter.issuer) &&
    contains(certificate.subject, filter.subject) &&
    (filter.subjectId === undefined || identity.subjectIdentity?.unifiedSocialCreditCode?.value === filter.subjectId) &&
    (filter.validity !== 'valid' || identity.validity === 'valid')
  );
}

function fitsUsage(identity: Identity, usage: NonNullable<Filter>['usage']): boolean {
  if (usage === undefined) return true;
  if (usage === 'encrypt') return identity.encryption !== null;
  return identity.signing !== null && maySign(identity.signing);
}

/** A certificate without key usage is not restricted (RFC 5280 §4.2.1.3). */
function maySign({ keyUsage }: Summary): boolean {
  return keyUsage.length === 0 || keyUsage.includes('digitalSignature') || keyUsage.includes('nonRepudiation');
}

function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}
