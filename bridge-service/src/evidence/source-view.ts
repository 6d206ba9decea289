import { shownUrl } from '../outbound/index.ts';
import type { SourceView } from '../services/ports/evidence.ts';
import type { Trust } from '../services/trust-registry.ts';
import { isCurrent } from './gatherer.ts';
import type { HeldList, ListShelf } from './list-shelf.ts';
import { listedAuthorities, listedIssuers, listedLists, listedResponders } from './listed-sources.ts';
import type { SourceHealth } from './source-health.ts';
import type { Source } from './source-name.ts';

/** Every listed source with what became of asking it, those never asked too. */
export function sourceViews(trust: Trust, health: SourceHealth, lists: ListShelf, now: Date): readonly SourceView[] {
  return [...listedLists(trust), ...listedResponders(trust), ...listedIssuers(trust), ...listedAuthorities(trust)].map(
    (source) => viewOf(source, health, lists.held(source), now),
  );
}

function viewOf(source: Source, health: SourceHealth, held: HeldList | undefined, now: Date): SourceView {
  const state = health.stateOf(source);
  return {
    ...{ source: source.name, kind: source.kind, url: shownUrl(source.url), caId: source.caId ?? null },
    failures: state?.failures ?? 0,
    lastAttemptAt: state?.lastAttemptAt ?? null,
    lastSuccessAt: state?.lastSuccessAt ?? null,
    nextAttemptAt: state?.nextAttemptAt ?? now.toISOString(),
    lastError: state?.lastError ?? null,
    list: held === undefined ? null : listView(held, now),
  };
}

function listView(held: HeldList, now: Date): NonNullable<SourceView['list']> {
  const { digest, entries, size, crlNumber, baseNumber, thisUpdate, nextUpdate, refreshAt } = held.stored;
  return {
    ...{ digest, entries, size, thisUpdate, nextUpdate, refreshAt },
    crlNumber: crlNumber?.toString() ?? null,
    baseNumber: baseNumber?.toString() ?? null,
    stale: !isCurrent(held, now),
  };
}
