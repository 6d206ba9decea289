import { toHex } from '@onelock/core/bytes';
import type { UnansweredSource } from '@onelock/core/validation';
import { type Certificate, formatName, nameKey } from '@onelock/core/x509';
import type { AuthorityIndex } from './authority-index.ts';

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
  const needed = new Map<string, Certificate>();
  let bySubject: ReadonlyMap<string, readonly Certificate[]> | undefined;
  const issuersOf = ({ issuer }: Certificate): readonly Certificate[] => {
    bySubject ??= Map.groupBy(brought, ({ subject }) => nameKey(subject));
    return bySubject.get(nameKey(issuer)) ?? [];
  };
  for (const certificate of certificates)
    for (const one of belowRequired(authorities, certificate, issuersOf)) needed.set(toHex(one.issuerDer), one);
  return [...needed.values()].map(({ issuer, issuerDer }) => ({
    issuer: issuerDer,
    reason: { code: 'ERR_REVOCATION_NOT_AVAILABLE', params: { issuer: formatName(issuer) } },
  }));
}

/**
 * All that came along is followed, each once: whoever brings namesakes that lead nowhere is not to tire us of looking.
 *
 * @returns none where no CA above requires anything
 */
function belowRequired(
  authorities: Pick<AuthorityIndex, 'named' | 'sourcesOf'>,
  certificate: Certificate,
  issuersOf: (certificate: Certificate) => readonly Certificate[],
): Iterable<Certificate> {
  const below = new Set([certificate]);
  let required = false;
  // What is added on the way is come to in its turn.
  for (const one of below) {
    const registered = authorities.named(one.issuer);
    if (registered.some(({ caId }) => authorities.sourcesOf(caId)?.revocation === 'require')) required = true;
    if (registered.length === 0) for (const issuer of issuersOf(one)) below.add(issuer);
  }
  return required ? below : [];
}
