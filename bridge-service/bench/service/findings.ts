import type { BenchRow } from '../../../tools/src/bench/findings.ts';

/** Rows as they are measured, told as they come: a run takes minutes. */
export class Findings {
  readonly rows: BenchRow[] = [];

  row(name: string, unit: string, value: number): void {
    this.rows.push({ name, unit, value, spread: 0 });
    this.say(`${name}: ${value.toLocaleString('en-US', { maximumFractionDigits: 3 })} ${unit}`);
  }

  say(text: string): void {
    process.stderr.write(`  ${text}\n`);
  }

  /** 0 of what was not measured. */
  valueOf(name: string): number {
    return this.rows.find((row) => row.name === name)?.value ?? 0;
  }

  timed<T>(what: string, work: () => T): T {
    const started = performance.now();
    const result = work();
    this.say(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return result;
  }
}

/** A goal that a row must reach. */
export function atLeast(findings: Findings, name: string, goal: number) {
  const value = findings.valueOf(name);
  return { name: `${name} / ${goal}`, value: Number((value / goal).toPrecision(4)), goal: '>= 1', met: value >= goal };
}
