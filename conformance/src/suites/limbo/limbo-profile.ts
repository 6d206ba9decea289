import type { ProfileName } from '@onelock/core/path';
import type { LimboCase } from './limbo-form.ts';

/**
 * Which of our profiles a case is put to, by the first part of its id. Limbo asks two questions in one suite: what
 * RFC 5280 demands of certificates, and what the Web PKI demands of TLS servers beyond it. BetterTLS, which limbo takes
 * in, asks about path building and name constraints alone.
 */
const profileByNamespace: Readonly<Record<string, ProfileName>> = {
  rfc5280: 'rfc5280-strict',
  pathlen: 'rfc5280-strict',
  pathological: 'rfc5280-strict',
  crl: 'rfc5280-strict',
  cve: 'rfc5280-strict',
  invalid: 'rfc5280-strict',
  bettertls: 'rfc5280',
  webpki: 'tls-server',
  online: 'tls-server',
};

/** A client's certificate is never put to the profile of servers. */
export function limboProfile(limboCase: LimboCase): ProfileName {
  const [namespace = ''] = limboCase.id.split('::');
  const profile = profileByNamespace[namespace] ?? 'rfc5280-strict';
  return profile === 'tls-server' && limboCase.validation_kind === 'CLIENT' ? 'rfc5280-strict' : profile;
}

/**
 * Cases that need knowledge which core does not have, with the reason. `*.com` and `*.co.uk` are refused by rule; which
 * names a provider lets its customers have can be told by a list alone, and one of a few names would answer this case and
 * no other certificate.
 */
const notAsked: ReadonlyMap<string, string> = new Map([
  [
    'webpki::san::public-suffix-private-namespace-wildcard-san',
    'pedantic-public-suffix-wildcard: needs the private section of the Public Suffix List, which no profile of ours consults',
  ],
]);

/** Why a case cannot be asked, or undefined when it can. */
export function whyNotAsked(limboCase: LimboCase): string | undefined {
  const reason = notAsked.get(limboCase.id);
  if (reason !== undefined) return reason;
  if (limboCase.signature_algorithms.length > 0)
    return 'a list of accepted signature algorithms is not an input of ours';
  return undefined;
}
