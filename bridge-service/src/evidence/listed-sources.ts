import type { SourceAddress, SourceKind } from '../services/ports/evidence-store.ts';
import type { Trust } from '../services/trust-registry.ts';
import { listedSource, type Source } from './source-name.ts';

/** Every source of a kind that an operator listed, each once. */
function listed(
  trust: Trust,
  kind: SourceKind,
  addresses: (caId: string) => readonly SourceAddress[],
): readonly Source[] {
  const sources = [...trust.authorities.sources.keys()].flatMap((caId) =>
    addresses(caId).map(({ url }) => listedSource(kind, caId, url)),
  );
  return [...new Map(sources.map((source) => [source.name, source])).values()];
}

/** Lists, deltas among them. */
export function listedLists(trust: Trust): readonly Source[] {
  return listed(trust, 'crl', (caId) => {
    const sources = trust.authorities.sourcesOf(caId);
    return [...(sources?.crl ?? []), ...(sources?.deltaCrl ?? [])];
  });
}

export function listedIssuers(trust: Trust): readonly Source[] {
  return listed(trust, 'ca-issuers', (caId) => trust.authorities.sourcesOf(caId)?.caIssuers ?? []);
}

export function listedResponders(trust: Trust): readonly Source[] {
  return listed(trust, 'ocsp', (caId) => trust.authorities.sourcesOf(caId)?.ocsp ?? []);
}

export function listedAuthorities(trust: Trust): readonly Source[] {
  return listed(trust, 'tsa', (caId) => trust.authorities.sourcesOf(caId)?.tsa ?? []);
}
