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

/** Links looked at for one question: chains are short, and few sign one message. */
const mostLinks = 64;

/**
 * Goes up from certificates by name, as a path may: from each to those who may have issued it, by their key identifiers where both
 * state them. Anchors end it. Nothing is verified. Registered issuers come first, so that nobody crowds them out with namesakes.
 *
 * @returns links, the certificates for which no issuer is at hand, and those that were too many to be looked at
 */
export function walkUp(
  certificates: readonly Certificate[],
  candidates: readonly Certificate[],
  { authorities }: Trust,
): {
  readonly links: readonly Link[];
  readonly orphans: readonly Certificate[];
  readonly left: readonly Certificate[];
} {
  const links: Link[] = [];
  const orphans: Certificate[] = [];
  const left: Certificate[] = [];
  const seen: Certificate[] = [];
  const first: Certificate[] = [];
  const waiting = [...certificates];
  const next = (): Certificate | undefined => first.shift() ?? waiting.shift();
  for (let certificate = next(); certificate !== undefined; certificate = next()) {
    const { der } = certificate;
    if (seen.some((known) => equalBytes(known.der, der))) continue;
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
    const room = mostLinks - links.length;
    if (above.length > room) left.push(certificate);
    for (const link of above.slice(0, room)) {
      links.push(link);
      if (link.authority === undefined) waiting.push(link.issuer);
      else if (link.authority.kind !== 'anchor') first.push(link.issuer);
    }
  }
  return { links, orphans, left };
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
