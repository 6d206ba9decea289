const minute = 60_000;

export interface Period {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

/**
 * When evidence is asked for again: within the third quarter of its life, so that there is time to try again before it ends, and
 * hourly at least, as some CAs publish a new list long before the old one ends. Each at its own moment, so that sources are not asked by
 * everybody at once.
 *
 * @param random  between 0 and 1
 */
export function refreshTime(
  { thisUpdate, nextUpdate }: Period,
  now: Date,
  random: number,
  longestMs = 60 * minute,
): Date {
  const latest = now.getTime() + longestMs * (0.8 + 0.2 * random);
  const life = nextUpdate === undefined ? undefined : nextUpdate.getTime() - thisUpdate.getTime();
  const byLife = life === undefined ? latest : thisUpdate.getTime() + life * (0.5 + 0.25 * random);
  const soonest = now.getTime() + minute * (0.8 + 0.2 * random);
  const end = nextUpdate !== undefined && nextUpdate > now ? nextUpdate.getTime() : Number.POSITIVE_INFINITY;
  return new Date(Math.min(end, Math.max(soonest, Math.min(latest, byLife))));
}
