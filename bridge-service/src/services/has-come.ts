/** Longer than nearly all retries and leases last, in milliseconds. */
const usualMs = 2 * 3_600_000;

/** The instant beyond which nothing waits. */
export const furthestWait = (now: string, longestMs: number = usualMs): string =>
  new Date(Date.parse(now) + longestMs).toISOString();

/**
 * Whether the instant until which something waits has come. One that lies further ahead than anything waits was written by a clock that was wrong, and has
 * come too: a clock that was a year ahead for a minute would otherwise stop that work for a year.
 */
export const hasCome = (instant: string, now: string): boolean => instant <= now || instant > furthestWait(now);
