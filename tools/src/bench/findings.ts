import { writeFileSync } from 'node:fs';

/** One measured line; its name is `thing.act.implementation`, where `floor` is the platform's way. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Half the distance between the quarters, as a part of the value; 0 for what does not vary (sizes). */
  readonly spread: number;
}

/** How two lines compare. `goal` is what we want at least (or, for sizes and times, at most); null where nothing is asked. */
export interface BenchRatio {
  readonly name: string;
  readonly value: number;
  readonly goal: string | null;
  readonly met: boolean | null;
}

export interface BenchFindings {
  readonly rows: readonly BenchRow[];
  readonly ratios: readonly BenchRatio[];
  /** What was not measured and why. */
  readonly absent: readonly string[];
}

/** Where the task that started a set expects its findings. */
export const findingsVariable = 'ONELOCK_BENCH_FINDINGS';

/** Hands the findings to the task that started the set; a set started by hand prints them. */
export function publishFindings(findings: BenchFindings): void {
  const file = process.env[findingsVariable];
  const text = JSON.stringify(findings, null, 2);
  if (file === undefined) process.stdout.write(`${text}\n`);
  else writeFileSync(file, text);
}

const significant = (value: number): number => Number(value.toPrecision(4));

/** `a` over `b`, e.g. ours over a peer. With `atLeast` the ratio has a goal. */
export function ratio(rows: readonly BenchRow[], a: string, b: string, atLeast?: number): readonly BenchRatio[] {
  const [over, under] = [a, b].map((name) => rows.find((row) => row.name === name));
  if (over === undefined || under === undefined) return [];
  const value = significant(over.value / under.value);
  const goal = atLeast === undefined ? null : `>= ${atLeast}`;
  return [{ name: `${a} / ${b}`, value, goal, met: atLeast === undefined ? null : value >= atLeast }];
}

/** A line that must not exceed a limit, as a part of the limit. */
export function within(rows: readonly BenchRow[], name: string, limit: number): readonly BenchRatio[] {
  const row = rows.find((candidate) => candidate.name === name);
  if (row === undefined) return [];
  return [{ name: `${name} / ${limit}`, value: significant(row.value / limit), goal: '<= 1', met: row.value <= limit }];
}
