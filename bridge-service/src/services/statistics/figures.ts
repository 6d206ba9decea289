import type { HourCount, StatisticsCell, StatisticsRepository, StatisticsSpan } from '../ports/statistics-store.ts';
import type { Store } from '../ports/store.ts';

export interface Figures {
  readonly cells: readonly StatisticsCell[];
  readonly hours: readonly HourCount[];
  readonly reasons: Awaited<ReturnType<StatisticsRepository['reasons']>>;
  readonly waits: Awaited<ReturnType<StatisticsRepository['waits']>>;
}

const mostReasons = 12;
const hourMs = 3_600_000;
/** A long span costs more and changes less. */
const longSpanMs = 72 * hourMs;
const keptMs = 2_000;
const longKeptMs = 60_000;
const mostKept = 100;

const kept = new WeakMap<object, Map<string, { readonly at: number; readonly figures: Promise<Figures> }>>();

/**
 * What is counted of a span. It is kept for some seconds, so that any number of boards on any number of walls cost what one does: the
 * embedded database answers while judgements wait.
 */
export function readFigures(store: Pick<Store, 'statistics'>, span: StatisticsSpan): Promise<Figures> {
  const known = kept.get(store) ?? new Map<string, { readonly at: number; readonly figures: Promise<Figures> }>();
  kept.set(store, known);
  const key = JSON.stringify(span);
  const life = Date.parse(span.until) - Date.parse(span.from) > longSpanMs ? longKeptMs : keptMs;
  const found = known.get(key);
  if (found !== undefined && performance.now() - found.at < life) return found.figures;
  const figures = read(store.statistics, span);
  known.delete(key);
  known.set(key, { at: performance.now(), figures });
  figures.catch(() => known.delete(key));
  const [oldest] = known.keys();
  if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
  return figures;
}

async function read(statistics: StatisticsRepository, span: StatisticsSpan): Promise<Figures> {
  return {
    cells: await statistics.cells(span),
    hours: await statistics.hours(span),
    reasons: await statistics.reasons(span, mostReasons),
    waits: await statistics.waits(span),
  };
}
