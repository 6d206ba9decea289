import type { AuditEntry } from '../ports/records.ts';
import type { AuditReadings } from '../ports/store.ts';

/** Clocks of nodes differ, and an id is older than what became of it by as long as a request may take. */
const beforeMs = 10_000;
const afterMs = 90_000;
const step = 5_000;
/** At more than two thousand acts a second the end of the span is not reached. */
const mostEntries = 250_000;

/** Milliseconds since 1970 that an id begins with; null for text that is no id of ours. */
export function timeOfId(id: string): number | null {
  const [, time] = /^[a-z]{2,3}_([0-9a-f]{12})[0-9a-f]{12,20}$/.exec(id) ?? [];
  return time === undefined ? null : Number.parseInt(time, 16);
}

/**
 * Entries from about a time that match. The log is in the order of time, as near as clocks go, so that no index has to be kept while it
 * grows: the place is found by halving.
 */
export async function entriesAround(
  audit: AuditReadings,
  time: number,
  matches: (entry: AuditEntry) => boolean,
): Promise<readonly AuditEntry[]> {
  const { size } = await audit.head();
  const begin = await firstFrom(audit, size, time - beforeMs);
  const found: AuditEntry[] = [];
  for (let start = begin; start < size && start - begin < mostEntries; start += step) {
    const entries = await audit.entries(start, Math.min(size, start + step));
    found.push(...entries.filter(matches));
    const last = entries.at(-1);
    if (last === undefined || Date.parse(last.at) > time + afterMs) break;
  }
  return found;
}

/** How many entries are older. */
async function firstFrom(audit: AuditReadings, size: number, time: number): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [entry] = await audit.entries(middle, middle + 1);
    if (entry !== undefined && Date.parse(entry.at) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
