import { describe, expect, it } from 'vitest';
import { ratio, within } from './findings.ts';
import { measureInTurns, quantile, summarize } from './measure.ts';

describe('measuring in turns', () => {
  it('gives each contender its line, the faster one the higher rate', async () => {
    const busy = (turns: number) => () => {
      let sum = 0;
      for (let index = 0; index < turns; index++) sum += Math.sqrt(index);
      return sum;
    };
    const rows = await measureInTurns(
      [
        { name: 'work.slow', run: busy(2_000_000) },
        { name: 'work.fast', run: async () => busy(2_000)() },
      ],
      { rounds: 3, roundMs: 20 },
    );
    expect(rows.map(({ name, unit }) => [name, unit])).toEqual([
      ['work.slow', 'ops/s'],
      ['work.fast', 'ops/s'],
    ]);
    expect(ratio(rows, 'work.fast', 'work.slow', 10)[0]).toMatchObject({ goal: '>= 10', met: true });
  });

  it('takes the median, and the quarters for the spread', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(summarize([100, 200, 300, 400, 500])).toEqual({ value: 300, spread: 0.33 });
  });
});

describe('ratios', () => {
  const rows = [
    { name: 'sdk.bytes.gzip', unit: 'bytes', value: 20_000, spread: 0 },
    { name: 'sdk.bytes.min', unit: 'bytes', value: 40_000, spread: 0 },
  ];

  it('say when a limit is not kept', () => {
    expect(within(rows, 'sdk.bytes.gzip', 15_000)[0]).toMatchObject({ goal: '<= 1', met: false });
  });

  it('without a goal are neither met nor missed', () => {
    expect(ratio(rows, 'sdk.bytes.gzip', 'sdk.bytes.min')).toEqual([
      { name: 'sdk.bytes.gzip / sdk.bytes.min', value: 0.5, goal: null, met: null },
    ]);
  });

  it('are left out where a line is missing', () => {
    expect(ratio(rows, 'sdk.bytes.gzip', 'nobody')).toEqual([]);
  });
});
