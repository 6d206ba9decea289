import type { Ports } from '../ports/ports.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Spans of up to three days are shown by the hour. */
const hoursKeptMs = 4 * dayMs;
const chinaOffsetMs = 8 * hourMs;
/** In one round: the rest waits for the next. */
const mostDays = 40;

/**
 * Puts the hours of days of Beijing that are over together, a day in one transaction: a year is then no more rows than some weeks
 * were. Sums stay what they were, whenever it is interrupted.
 *
 * @returns rows spared
 */
export async function rollUpDays({ store, clock }: Pick<Ports, 'store' | 'clock'>): Promise<number> {
  const fact = await store.facts.get(factName);
  const first = fact ?? (await store.statistics.firstHour());
  if (first === null) return 0;
  const last = dayOf(clock().getTime() - hoursKeptMs);
  let spared = 0;
  let day = dayOf(Date.parse(`${first}:00:00Z`));
  for (let done = 0; day < last && done < mostDays; done += 1, day += dayMs) {
    const [from, until] = [hourText(day), hourText(day + dayMs)];
    spared += await store.transaction(async ({ statistics, facts }) => {
      const rows = await statistics.rollUp(from, until);
      await facts.set(factName, until);
      return rows;
    });
  }
  return spared;
}

/** The first hour that is not rolled up yet. */
const factName = 'statistics-rolled-up';

const dayOf = (time: number): number => Math.floor((time + chinaOffsetMs) / dayMs) * dayMs - chinaOffsetMs;
const hourText = (time: number): string => new Date(time).toISOString().slice(0, 13);
