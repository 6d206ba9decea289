import type { Ports } from '../ports/ports.ts';

/** A bid opening that an applicant for a renewal is reminded of. */
export interface OpeningAhead {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly platform: string;
}

const daysAhead = 45;
const mostLooked = 200;
const mostTold = 10;

/**
 * Bid openings that a bid encrypted to the old certificate may wait for: whoever renews before one of them must keep the old certificate with its
 * key on the medium until it is over.
 */
export async function openingsAhead({
  store,
  clock,
}: Pick<Ports, 'store' | 'clock'>): Promise<readonly OpeningAhead[]> {
  const now = clock();
  const until = new Date(now.getTime() + daysAhead * 86_400_000).toISOString();
  const upcoming = await store.bidOpenings.upcoming(now.toISOString(), mostLooked);
  const told = upcoming.filter(({ startsAt }) => startsAt <= until).slice(0, mostTold);
  return Promise.all(
    told.map(async ({ startsAt, endsAt, platformId }) => {
      const platform = await store.callers.byId(platformId);
      return { startsAt, endsAt, platform: platform?.name ?? platformId };
    }),
  );
}
