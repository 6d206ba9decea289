import { type Followed, follow } from '../follow.ts';
import type { Clock } from '../ports/clock.ts';
import type { Inactive } from '../ports/standing-store.ts';
import type { Store } from '../ports/store.ts';
import type { WatchKind } from '../ports/watch-store.ts';

/**
 * Which values are watched now, by keyed digest: enough to say that a use meets nothing, which is what nearly every use does. And which
 * certificates and companies are not in use any more.
 */
export interface WatchedValues {
  /** Kinds of which there is an entry. */
  readonly kinds: ReadonlySet<WatchKind>;
  readonly digests: ReadonlySet<string>;
  /** Credit codes of watched companies by the certificates that the registry binds to them. */
  readonly bound: ReadonlyMap<string, string>;
  /** What the registries hold against uses. */
  readonly inactive: Inactive;
}

export type WatchIndex = Followed<WatchedValues>;

/** Keeps the active entries in memory. One that expires stays until the next change; the database is asked about every hit. */
export function followWatchList(store: Store, clock: Clock, onFailure: (error: unknown) => void): Promise<WatchIndex> {
  return follow(
    {
      version: () => store.watchList.version(),
      read: async () => {
        const entries = await store.watchList.activeValues();
        return {
          kinds: new Set(entries.map(({ kind }) => kind)),
          digests: new Set(entries.map(({ valueDigest }) => valueDigest)),
          bound: await store.watchList.boundToWatched(),
          inactive: await store.standing.inactive(clock().toISOString()),
        };
      },
      listen: (changed) => store.subscribe('watchlist.changed', changed),
      onFailure,
    },
    store,
  );
}
