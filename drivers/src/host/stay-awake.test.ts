import { performance } from 'node:perf_hooks';
import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StayAwake } from './stay-awake.ts';

const span = 200;

/** Whether the loop slept most of the time until a timer fired. */
async function sleeps(): Promise<boolean> {
  const before = performance.eventLoopUtilization();
  await new Promise((resolve) => setTimeout(resolve, span));
  return performance.eventLoopUtilization(before).idle > span / 2;
}

function blockFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** As if this thread had all the time there is. */
const alone = { count: 2, usedMs: () => performance.now() };
/** As if somebody else had it. */
const crowded = { count: 2, usedMs: () => 0 };

describe('staying awake for an answer', () => {
  it('ends by itself, and at once when nothing is expected any more', async () => {
    const awake = new StayAwake(60_000, alone);
    awake.expect();
    expect(await sleeps()).toBe(false);
    awake.rest();
    await nextRound();
    expect(await sleeps()).toBe(true);
    const short = new StayAwake(20, alone);
    short.expect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await sleeps()).toBe(true);
  });

  it('goes on after work of its own', async () => {
    const awake = new StayAwake(60_000, alone);
    awake.expect();
    blockFor(30);
    await nextRound();
    expect(await sleeps()).toBe(false);
    awake.rest();
  });

  it('looks less often for what is not due yet, and stays awake all the same', async () => {
    const awake = new StayAwake(60_000, alone);
    const rounds = async (notBeforeMs: number): Promise<number> => {
      awake.expect(notBeforeMs);
      const until = performance.now() + span;
      let count = 0;
      for (; performance.now() < until; count += 1) await nextRound();
      return count;
    };
    expect(await rounds(60_000)).toBeLessThanOrEqual(span / 0.01);
    expect(await sleeps()).toBe(false);
    awake.rest();
  });

  it('rests where somebody else wants the processor, and where there is but one', async () => {
    const awake = new StayAwake(60_000, crowded);
    awake.expect();
    blockFor(60);
    await nextRound();
    awake.expect();
    expect(await sleeps()).toBe(true);
    const single = new StayAwake(60_000, { ...alone, count: 1 });
    single.expect();
    expect(await sleeps()).toBe(true);
  });
});
