import type { Ports } from './ports/ports.ts';
import type { SearchHit, SearchKind } from './ports/search-store.ts';
import { watchKinds } from './ports/watch-store.ts';
import { fold } from './watch-list/watch-use.ts';
import { watchDigest } from './watch-list/watch-value.ts';

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** Kinds of which there are more than are shown. */
  readonly more: readonly SearchKind[];
}

const perKind = 10;
/** A shorter beginning of a code or serial number would find half of a registry. */
const shortestBeginning = 4;

/** Looks for a text wherever it may stand: names, codes, serial numbers of certificates and devices, digests, ids. */
export async function search(
  { store, personal }: Pick<Ports, 'store' | 'personal'>,
  asked: string,
): Promise<SearchAnswer> {
  const text = asked.trim();
  // From a Chinese input method letters and digits come in full width.
  const bare = text.normalize('NFKC').replaceAll(/[\s:-]/g, '');
  if (bare === '') return { hits: [], more: [] };
  const long = bare.length >= shortestBeginning;
  const hex = bare.toLowerCase();
  const digestOf = (kind: (typeof watchKinds)[number]): string => watchDigest(personal, kind, fold(kind, text));
  const used = await store.statistics.certificatesOfDevice(digestOf('key-serial'));
  const hits = await store.search.find({
    id: /^[a-z]{2,3}_[0-9a-f]{32}$/.test(text) ? text : undefined,
    text,
    code: long && /^[0-9A-Za-z]{4,18}$/.test(bare) ? bare.toUpperCase() : undefined,
    hex: long && /^[0-9a-f]{4,64}$/.test(hex) ? hex : undefined,
    digest: /^[0-9a-f]{64}$/.test(hex) ? hex : undefined,
    watchDigests: watchKinds.map(digestOf),
    certificateDigests: used.map(({ certificateDigest }) => certificateDigest),
    limit: perKind + 1,
  });
  const counts = new Map<SearchKind, number>();
  const shown = hits.filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= perKind;
  });
  return { hits: shown, more: [...counts].flatMap(([kind, count]) => (count > perKind ? [kind] : [])) };
}
