import type { Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { HourCount, StatisticsCell, StatisticsSpan } from '../ports/statistics-store.ts';
import { readFigures } from './figures.ts';
import { type AskedSpan, readSpan } from './span.ts';

/** Verdicts of one action. */
export interface Tallies {
  readonly passed: number;
  readonly failed: number;
  readonly indeterminate: number;
}

export type JudgedAction = (typeof judgedActions)[number];
export const judgedActions = [
  ...(['login.judge', 'login.continue', 'certificate.validate', 'signature.verify'] as const),
  ...(['ticket.verify', 'timestamp.verify'] as const),
] as const;

export interface StatisticsGroup {
  /** Empty: not known. */
  readonly id: string;
  readonly name: string;
  readonly logins: Tallies;
  /** All judgements, logins among them. */
  readonly judgements: Tallies;
  /** Challenges that no token came for, as platforms tell. */
  readonly gaveUp: number;
}

export interface StatisticsOverview {
  readonly from: string;
  readonly until: string;
  /** Entries of the audit log that are counted, and how many there are. */
  readonly counted: number;
  readonly recorded: number;
  readonly actions: readonly (Tallies & { readonly action: JudgedAction })[];
  readonly cas: readonly StatisticsGroup[];
  readonly platforms: readonly StatisticsGroup[];
  readonly drivers: readonly StatisticsGroup[];
  readonly reasons: readonly { readonly action: string; readonly reason: string; readonly count: number }[];
  readonly step: 'hour' | 'day';
  readonly series: readonly { readonly at: string; readonly logins: Tallies; readonly judgements: Tallies }[];
}

const mostGroups = 200;
const none: Tallies = { passed: 0, failed: 0, indeterminate: 0 };

/** How judgements went, by CA, platform, driver, reason and time. A platform sees its own alone. */
export async function statisticsOverview(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  caller: Caller,
  asked: AskedSpan,
): Promise<StatisticsOverview> {
  const span = readSpan(clock(), caller, asked);
  const { statistics } = store;
  const { cells, hours, reasons } = await readFigures(store, span);
  const judged = cells.filter(({ action }) => isJudged(action));
  const counted = cells.filter(({ action }) => isJudged(action) || action === gaveUpAction);
  const cas = groupsOf(judged, ({ ca }) => ca);
  const platforms = groupsOf(counted, ({ platform }) => platform);
  const drivers = groupsOf(counted, ({ driver }) => driver);
  return {
    ...{ from: span.from, until: span.until },
    ...{ counted: await statistics.counted(), recorded: (await store.audit.head()).size },
    actions: judgedActions.map((action) => ({ action, ...tally(judged.filter((cell) => cell.action === action)) })),
    cas: withNames(cas, await statistics.names('cas', idsOf(cas))),
    platforms: withNames(platforms, await statistics.names('callers', idsOf(platforms))),
    drivers: withNames(drivers, new Map(drivers.map(({ id }) => [id, id]))),
    reasons,
    ...seriesOf(span, hours),
  };
}

const gaveUpAction = 'login.give-up';
const isJudged = (action: string): boolean => judgedActions.some((one) => one === action);

function groupsOf(
  cells: readonly StatisticsCell[],
  dimension: (cell: StatisticsCell) => string,
): readonly Omit<StatisticsGroup, 'name'>[] {
  return [...Map.groupBy(cells, dimension)]
    .map(([id, all]) => ({
      id,
      logins: tally(all.filter(({ action }) => action === 'login.judge')),
      judgements: tally(all),
      gaveUp: all.reduce((sum, { action, count }) => (action === gaveUpAction ? sum + count : sum), 0),
    }))
    .toSorted((one, other) => total(other.judgements) - total(one.judgements) || (one.id < other.id ? -1 : 1))
    .slice(0, mostGroups);
}

function tally(rows: readonly { readonly outcome: string; readonly count: number }[]): Tallies {
  const of = (outcome: string): number =>
    rows.reduce((sum, row) => (row.outcome === outcome ? sum + row.count : sum), 0);
  return { passed: of('passed'), failed: of('failed'), indeterminate: of('indeterminate') };
}

const total = ({ passed, failed, indeterminate }: Tallies): number => passed + failed + indeterminate;
const idsOf = (groups: readonly { readonly id: string }[]): readonly string[] =>
  groups.flatMap(({ id }) => (id === '' ? [] : [id]));

function withNames(
  groups: readonly Omit<StatisticsGroup, 'name'>[],
  names: ReadonlyMap<string, string>,
): readonly StatisticsGroup[] {
  return groups.map(({ id, ...rest }) => ({ id, name: names.get(id) ?? id, ...rest }));
}

const hourMs = 3_600_000;
/** A longer span is shown by days of China, which has one time of eight hours before UTC. */
const mostHours = 24 * 3;
const chinaOffsetMs = 8 * hourMs;

function seriesOf(
  { from, until }: StatisticsSpan,
  rows: readonly HourCount[],
): Pick<StatisticsOverview, 'step' | 'series'> {
  const [first, last] = [Date.parse(`${from.slice(0, 13)}:00:00Z`), Date.parse(until)];
  const step = last - first > mostHours * hourMs ? 'day' : 'hour';
  const stepMs = step === 'day' ? 24 * hourMs : hourMs;
  const floor = (time: number): number =>
    step === 'hour' ? time : Math.floor((time + chinaOffsetMs) / stepMs) * stepMs - chinaOffsetMs;
  const byTime = Map.groupBy(
    rows.filter(({ action }) => isJudged(action)),
    ({ hour }) => floor(Date.parse(`${hour}:00:00Z`)),
  );
  const series = [];
  for (let time = floor(first); time < last; time += stepMs) {
    const all = byTime.get(time) ?? [];
    const logins = tally(all.filter(({ action }) => action === 'login.judge'));
    series.push({ at: new Date(time).toISOString(), logins, judgements: all.length === 0 ? none : tally(all) });
  }
  return { step, series };
}
