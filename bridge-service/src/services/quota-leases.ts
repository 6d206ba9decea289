import type { Store } from './ports/store.ts';

/** What is left of a caller's minute. */
export interface QuotaTaken {
  readonly allowed: boolean;
  readonly limit: number;
  /** As far as this node knows: others may have taken more meanwhile. */
  readonly remaining: number;
  /** Until the next minute. */
  readonly resetMs: number;
}

export interface QuotaLeases {
  /** Takes one request from the caller's minute, which all nodes share. */
  take(callerId: string, limit: number): Promise<QuotaTaken>;
}

interface Lease {
  readonly window: number;
  limit: number;
  /** Requests that this node may answer by itself, and those that it has. */
  granted: number;
  used: number;
  /** To be given back with the next lease. */
  unused: number;
  /** By all nodes, when this one asked last. */
  taken: number;
  exhausted: boolean;
  asking: Promise<void> | null;
}

const windowMs = 60_000;
/** A minute is leased in so many slices: one write for each, and what a node does not use of one is lost to the others. */
const slices = 20;

/**
 * Counts requests of callers over all nodes on one database. A node leases a slice of the minute and counts in memory; the next slice is asked for before the
 * last one ends, so that requests wait for the database once a minute at most. When nothing is left, nobody asks until the next minute.
 *
 * @param now  the machine's time, in milliseconds
 */
export function createQuotaLeases(store: Pick<Store, 'transaction'>, now: () => number): QuotaLeases {
  const leases = new Map<string, Lease>();

  const leaseOf = (callerId: string, limit: number): Lease => {
    const window = Math.floor(now() / windowMs);
    const known = leases.get(callerId);
    if (known?.window === window) return known;
    const fresh: Lease = {
      ...{ window, limit, granted: 0, used: 0, unused: 0, taken: 0, exhausted: false, asking: null },
    };
    leases.set(callerId, fresh);
    return fresh;
  };

  const ask = (callerId: string, lease: Lease): Promise<void> => {
    lease.asking ??= (async () => {
      const { limit, unused } = lease;
      const start = new Date(lease.window * windowMs).toISOString();
      try {
        const { granted, taken } = await store.transaction(({ quotas }) =>
          quotas.take(callerId, start, { want: sliceOf(limit), giveBack: unused, limit }),
        );
        lease.unused -= unused;
        lease.taken = taken;
        lease.granted += granted;
        lease.exhausted = granted === 0 && lease.limit === limit;
      } finally {
        lease.asking = null;
      }
    })();
    return lease.asking;
  };

  return {
    async take(callerId, limit) {
      const lease = leaseOf(callerId, limit);
      if (lease.limit !== limit) {
        // By another number the minute is shared out anew.
        lease.unused += lease.granted - lease.used;
        lease.granted = lease.used;
        lease.limit = limit;
        lease.exhausted = false;
      }
      while (lease.used >= lease.granted && !lease.exhausted) await ask(callerId, lease);
      const allowed = lease.used < lease.granted;
      if (allowed) lease.used += 1;
      const left = lease.granted - lease.used;
      // A failure shows when the lease ends: whoever waits then is told.
      if (allowed && left < sliceOf(limit) / 2 && !lease.exhausted && lease.asking === null)
        ask(callerId, lease).catch(() => undefined);
      return {
        ...{ allowed, limit, remaining: Math.max(0, limit - lease.taken) + left },
        resetMs: windowMs - (now() % windowMs),
      };
    },
  };
}

const sliceOf = (limit: number): number => Math.max(1, Math.ceil(limit / slices));
