import { type Followed, follow } from '../follow.ts';
import type { Store } from '../ports/store.ts';
import type { WatchKind } from '../ports/watch-store.ts';

/** Which values are watched now, by keyed digest: enough to say that a use meets nothing, which is what nearly every use does. */
export interface WatchedValues {
  /** Kinds of which there is an entry. */
  readonly kinds: ReadonlySet<WatchKind>;
  readonly digests: ReadonlySet<string>;
}

export type WatchIndex = Followed<WatchedValues>;

/** Keeps the active entries in memory. One that expires stays until the next change; the database is asked about every hit. */
export function followWatchList(store: Store, onFailure: (error: unknown) => void): Promise<WatchIndex> {
  return follow(
    {
      version: () => store.watchList.version(),
      read: async () => {
        const entries = await store.watchList.activeValues();
        return {
          kinds: new Set(entries.map(({ kind }) => kind)),
          digests: new Set(entries.map(({ valueDigest }) => valueDigest)),
        };
      },
      listen: (changed) => store.subscribe('watchlist.changed', changed),
      onFailure,
    },
    store,
  );
}
