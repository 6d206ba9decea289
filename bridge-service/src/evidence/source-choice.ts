import { oids } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { Certificate, DistributionPoint } from '@onelock/core/x509';
import { type CaSources, noSources, type SourceAddress, type SourceKind } from '../services/ports/evidence-store.ts';
import type { Trust } from '../services/trust-registry.ts';
import type { Link } from './chain-walk.ts';
import type { HeldList } from './list-shelf.ts';
import { listedSource, namedSource, type Source } from './source-name.ts';

/** Addresses that a certificate or list may name for one thing: more are nobody's. */
const mostNamed = 4;

export interface LinkSources {
  readonly settings: CaSources;
  readonly crl: readonly Source[];
  /** Lists that the certificate names beside those: for when none of the listed ones speaks of it, as where lists are parted or are those of another CA. */
  readonly otherCrl: readonly Source[];
  readonly ocsp: readonly Source[];
}

/** Where evidence about a certificate is to be had: what the registry lists for its CA, and per kind, where it lists nothing, what the certificate names. */
export function sourcesFor({ certificate, issuer, authority }: Link, trust: Trust, ops: CryptoOps): LinkSources {
  const settings = (authority && trust.authorities.sourcesOf(authority.caId)) ?? noSources;
  const listed = (kind: SourceKind, addresses: readonly SourceAddress[]): readonly Source[] =>
    authority === undefined
      ? []
      : addresses
          .filter((address) => address.issuer === undefined || address.issuer === authority.digest)
          .map(({ url }) => listedSource(kind, authority.caId, url));
  const named = (kind: SourceKind, urls: () => readonly string[]): readonly Source[] => {
    if (settings.certificateUrls === 'ignored') return [];
    const found = readable(urls);
    if (found.length === 0) return [];
    const key = toHex(ops.digest('sm3', issuer.spki));
    return found
      .slice(0, mostNamed)
      .map((url) => onListedHost(kind, authority?.caId, settings, url) ?? namedSource(kind, key, url));
  };
  const orNamed = (sources: readonly Source[], kind: SourceKind, urls: () => readonly string[]): readonly Source[] =>
    sources.length > 0 ? sources : named(kind, urls);
  const lists = listed('crl', settings.crl);
  const points = named('crl', () => urlsOfPoints(certificate.crlDistributionPoints ?? []));
  const isListed = lists.length > 0;
  return {
    settings,
    crl: [...(isListed ? lists : points), ...listed('crl', settings.deltaCrl)],
    otherCrl: isListed ? points.filter(({ name }) => !lists.some((one) => one.name === name)) : [],
    ocsp: orNamed(listed('ocsp', settings.ocsp), 'ocsp', () => accessUrls(certificate, oids.ocspAccess)),
  };
}

/** Where the issuers of a certificate are to be had that nobody brought. */
export function issuerSources(certificate: Certificate): readonly Source[] {
  return readable(() => accessUrls(certificate, oids.caIssuersAccess))
    .slice(0, mostNamed)
    .map((url) => namedSource('ca-issuers', 'none', url));
}

/** Where a list says that deltas to it are to be had. */
export function deltaSources({ list, source, stored }: HeldList, settings: CaSources): readonly Source[] {
  return urlsOfPoints(list.freshestCrl ?? [])
    .slice(0, mostNamed)
    .map((url) => onListedHost('crl', source.caId, settings, url) ?? namedSource('crl', stored.signer, url));
}

/** An address on a host that the operator listed for the CA counts as listed, whoever names it. */
function onListedHost(
  kind: SourceKind,
  caId: string | undefined,
  settings: CaSources,
  url: string,
): Source | undefined {
  if (caId === undefined || !URL.canParse(url)) return undefined;
  const { ocsp, crl, deltaCrl, caIssuers, tsa } = settings;
  const hosts = [...ocsp, ...crl, ...deltaCrl, ...caIssuers, ...tsa].map((address) => new URL(address.url).host);
  return hosts.includes(new URL(url).host) ? listedSource(kind, caId, url) : undefined;
}

/** All addresses, `ldap:` ones too: that they cannot be asked is said in the answer. The ones that can come first. */
function urlsOfPoints(points: readonly DistributionPoint[]): readonly string[] {
  const urls = points.flatMap(({ name }) =>
    name?.kind === 'full' ? name.names.flatMap((one) => (one.kind === 'uri' ? [one.value] : [])) : [],
  );
  const spoken = urls.filter((url) => /^https?:/i.test(url));
  return spoken.length > 0 ? spoken : urls;
}

function accessUrls({ authorityInfoAccess }: Certificate, method: string): readonly string[] {
  return (authorityInfoAccess ?? []).flatMap((access) =>
    access.method === method && access.location.kind === 'uri' ? [access.location.value] : [],
  );
}

/** An extension that cannot be decoded names nothing; the judge will say what is wrong with it. */
function readable(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error)) return [];
    throw error;
  }
}
