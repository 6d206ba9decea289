import type { Opening } from './api.ts';

export interface OpeningDay {
  /** `2026-11-22`, in Beijing time. */
  readonly date: string;
  readonly inMonth: boolean;
  readonly today: boolean;
  /** Openings that are under way at some time of the day, with when, as `09:00–11:30`. */
  readonly openings: readonly { readonly opening: Opening; readonly when: string }[];
}

const dayMs = 86_400_000;
/** Beijing has no summer time. */
const aheadMs = 8 * 3_600_000;

/** `2026-11-22T09:00:00.000` in Beijing time. */
const localOf = (instant: string): string => new Date(Date.parse(instant) + aheadMs).toISOString();
const dateOf = (instant: string): string => localOf(instant).slice(0, 10);

/** Days are counted in UTC here and named as they are in Beijing. */
const nameOf = (day: number): string => new Date(day).toISOString().slice(0, 10);

/** The weeks, Monday first, that show a month (`2026-11`), with the openings of each day. */
export function weeksOf(month: string, openings: readonly Opening[], now: string): readonly (readonly OpeningDay[])[] {
  const first = Date.parse(`${month}-01T00:00:00Z`);
  const start = first - ((new Date(first).getUTCDay() + 6) % 7) * dayMs;
  const weeks: OpeningDay[][] = [];
  for (let week = start; week === start || nameOf(week).slice(0, 7) === month; week += 7 * dayMs)
    weeks.push(Array.from({ length: 7 }, (_, index) => dayOf(nameOf(week + index * dayMs), month, openings, now)));
  return weeks;
}

function dayOf(date: string, month: string, openings: readonly Opening[], now: string): OpeningDay {
  return {
    ...{ date, inMonth: date.slice(0, 7) === month, today: dateOf(now) === date },
    openings: openings
      .filter(({ startsAt, endsAt }) => dateOf(startsAt) <= date && date <= dateOf(endsAt))
      .toSorted((one, other) => one.startsAt.localeCompare(other.startsAt))
      .map((opening) => ({ opening, when: whenOn(date, opening) })),
  };
}

/** From when until when on this day; a part that lies on another day is left open. */
function whenOn(date: string, { startsAt, endsAt }: Opening): string {
  const time = (instant: string): string => (dateOf(instant) === date ? localOf(instant).slice(11, 16) : '');
  return `${time(startsAt)}–${time(endsAt)}`;
}

/** `2026-11` and a number of months, as `2027-01`. */
export function monthPlus(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}
