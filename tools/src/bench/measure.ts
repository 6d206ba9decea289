import type { BenchRow } from './findings.ts';

/** One implementation of a thing: `run` does it once; a promise is waited for. */
export interface Contender {
  readonly name: string;
  run(): unknown;
}

export interface MeasureOptions {
  readonly rounds: number;
  /** How long each contender works in each round. */
  readonly roundMs: number;
}

export const defaultMeasure: MeasureOptions = { rounds: 7, roundMs: 250 };

/**
 * Operations per second of each contender. They take turns, in changing order, so that what the machine does meanwhile
 * hits all of them alike; the median of the rounds counts.
 */
export async function measureInTurns(
  contenders: readonly Contender[],
  options: MeasureOptions = defaultMeasure,
): Promise<readonly BenchRow[]> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await rateFor(contender, options.roundMs / 2);
  for (let round = 0; round < options.rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) rates.get(contender.name)?.push(await rateFor(contender, options.roundMs));
  }
  return [...rates].map(([name, values]) => ({ name, unit: 'ops/s', ...summarize(values) }));
}

/** At least one run, then batches that keep the clock out of the measurement. */
async function rateFor({ run }: Contender, milliseconds: number): Promise<number> {
  const started = performance.now();
  let done = 0;
  let batch = 1;
  for (;;) {
    for (let index = 0; index < batch; index++) {
      const outcome = run();
      if (outcome instanceof Promise) await outcome;
    }
    done += batch;
    const spent = performance.now() - started;
    if (spent >= milliseconds) return (done * 1000) / spent;
    batch = Math.max(1, Math.min(4096, Math.floor(((done / spent) * (milliseconds - spent)) / 4)));
  }
}

/** Median, and half the distance between the quarters as a part of it. */
export function summarize(values: readonly number[]): Pick<BenchRow, 'value' | 'spread'> {
  const median = quantile(values, 0.5);
  const spread = (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median;
  return { value: Number(median.toPrecision(5)), spread: Number(spread.toPrecision(2)) };
}

/** @param at  0 to 1; between two values the nearer one below counts in proportion */
export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
