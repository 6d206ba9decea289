import type { BenchRow } from '../../tools/src/bench/findings.ts';
import { type Contender, type MeasureOptions, summarize } from '../../tools/src/bench/measure.ts';

/** Short turns: what else the machine does then hits all contenders of a round alike. */
const turns: MeasureOptions = { rounds: 15, roundMs: 100 };

/**
 * Operations per second of this thread's processor time, in turns as in `measureInTurns`: for work that waits for nothing, on a
 * machine that has other work. The wall clock would measure the others.
 */
export function measureByCpu(contenders: readonly Contender[], options: MeasureOptions = turns): readonly BenchRow[] {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) rateFor(contender, options.roundMs / 2);
  for (let round = 0; round < options.rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) rates.get(contender.name)?.push(rateFor(contender, options.roundMs));
  }
  return [...rates].map(([name, values]) => ({ name, unit: 'ops/s', ...summarize(values) }));
}

function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** At least one run, then batches that keep the clock out of the measurement. */
function rateFor({ run }: Contender, milliseconds: number): number {
  const started = spentMs();
  let done = 0;
  let batch = 1;
  for (;;) {
    for (let index = 0; index < batch; index++) run();
    done += batch;
    const spent = spentMs() - started;
    if (spent >= milliseconds) return (done * 1000) / spent;
    const rate = done / Math.max(spent, 0.01);
    // At most doubled: the processor's clock is coarse, and a rate of the first moments may be far off.
    batch = Math.max(1, Math.min(4096, 2 * batch, Math.floor((rate * (milliseconds - spent)) / 4)));
  }
}
