import { equalBytes } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { type Certificate, sameName } from '@onelock/core/x509';
import type { Authority } from '../services/authority-index.ts';
import type { Trust } from '../services/trust-registry.ts';

/** A certificate whose status is in question, and one who may have issued it. */
export interface Link {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** Of an issuer that is registered. */
  readonly authority: Authority | undefined;
}

/** Links looked at for one question: chains are short. */
const mostLinks = 24;

/**
 * Goes up from certificates by name, as a path may: from each to those who may have issued it, by their key identifiers where both
 * state them. Anchors end it. Nothing is verified.
 *
 * @returns links, and the certificates for which no issuer is at hand
 */
export function walkUp(
  certificates: readonly Certificate[],
  candidates: readonly Certificate[],
  { authorities }: Trust,
): { readonly links: readonly Link[]; readonly orphans: readonly Certificate[] } {
  const links: Link[] = [];
  const orphans: Certificate[] = [];
  const seen: Certificate[] = [];
  const waiting = [...certificates];
  for (let certificate = waiting.shift(); certificate !== undefined; certificate = waiting.shift()) {
    const { der } = certificate;
    if (links.length >= mostLinks || seen.some((known) => equalBytes(known.der, der))) continue;
    seen.push(certificate);
    if (authorities.isAnchor(certificate)) continue;
    const registered = authorities.named(certificate.issuer);
    const others = candidates.filter(
      (candidate) =>
        sameName(candidate.subject, certificate.issuer) &&
        !registered.some(({ certificate: known }) => equalBytes(known.der, candidate.der)),
    );
    const above: Link[] = [
      ...registered.map((authority) => ({ certificate, issuer: authority.certificate, authority })),
      ...others.map((issuer) => ({ certificate, issuer, authority: undefined })),
    ].filter(({ issuer }) => mayBe(certificate, issuer));
    if (above.length === 0) orphans.push(certificate);
    for (const link of above) {
      links.push(link);
      if (link.authority?.kind !== 'anchor') waiting.push(link.issuer);
    }
  }
  return { links, orphans };
}

/** Not the certificate itself, and not a namesake with another key. */
function mayBe(certificate: Certificate, issuer: Certificate): boolean {
  if (equalBytes(certificate.der, issuer.der)) return false;
  try {
    const wanted = certificate.authorityKeyIdentifier?.keyIdentifier;
    const has = issuer.subjectKeyIdentifier;
    return wanted === undefined || has === undefined || equalBytes(wanted, has);
  } catch (error) {
    if (isCodedError(error)) return true;
    throw error;
  }
}
