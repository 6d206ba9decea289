import { equalBytes } from '@onelock/core/bytes';
import type { UnansweredSource } from '@onelock/core/validation';
import { type Certificate, formatName, sameName } from '@onelock/core/x509';
import type { AuthorityIndex } from './authority-index.ts';

/** Certificates that came along are followed so far up; honest chains are shorter. */
const mostSteps = 8;

/**
 * Whose word has to be there: of a registered CA whose rule is `require`, on each certificate from the one in question up to the first that the registry
 * has. An answer that is missing there leaves a judgement open, like that of a source which was asked in vain (docs/adr/0040); one that
 * is there counts as it would without.
 */
export function requiredAnswers(
  authorities: Pick<AuthorityIndex, 'named' | 'sourcesOf'>,
  certificates: readonly Certificate[],
  brought: readonly Certificate[],
): readonly UnansweredSource[] {
  const needed: Certificate[] = [];
  for (const certificate of certificates) {
    const below: Certificate[] = [];
    if (isRequired(authorities, certificate, brought, below))
      needed.push(...below.filter((one) => !needed.some(({ issuerDer }) => equalBytes(issuerDer, one.issuerDer))));
  }
  return needed.map(({ issuer, issuerDer }) => ({
    issuer: issuerDer,
    reason: { code: 'ERR_REVOCATION_NOT_AVAILABLE', params: { issuer: formatName(issuer) } },
  }));
}

/** @param below  is given the certificates that were passed on the way */
function isRequired(
  authorities: Pick<AuthorityIndex, 'named' | 'sourcesOf'>,
  certificate: Certificate,
  brought: readonly Certificate[],
  below: Certificate[],
): boolean {
  below.push(certificate);
  const registered = authorities.named(certificate.issuer);
  if (registered.some(({ caId }) => authorities.sourcesOf(caId)?.revocation === 'require')) return true;
  if (registered.length > 0 || below.length >= mostSteps) return false;
  const above = brought.filter((one) => sameName(one.subject, certificate.issuer) && !below.includes(one));
  return above.map((one) => isRequired(authorities, one, brought, below)).some((required) => required);
}
