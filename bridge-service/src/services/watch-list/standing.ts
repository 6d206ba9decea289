import type { Reason } from '@onelock/core/verdict';
import type { Inactive, Standing } from '../ports/standing-store.ts';
import type { WatchedSubject } from './watch-use.ts';

/** What stands against the use of these certificates: the record of the certificate itself before that of its company. */
export function standingOf(
  { certificates, companies }: Inactive,
  subjects: readonly WatchedSubject[],
): Standing | null {
  for (const { certificateDigest, identity } of subjects) {
    const code = identity?.unifiedSocialCreditCode;
    const found =
      certificates.get(certificateDigest) ?? (code?.checkDigitValid === true ? companies.get(code.value) : undefined);
    if (found !== undefined) return found;
  }
  return null;
}

/** Whoever suspends a certificate or closes a company means that nothing is done with it any more. */
export function refusalBy({ registry, id, state }: Standing): Reason {
  return registry === 'certificates'
    ? { code: 'ERR_REGISTRY_CERTIFICATE_INACTIVE', params: { certificate: id, state } }
    : { code: 'ERR_REGISTRY_COMPANY_CLOSED', params: { company: id } };
}
