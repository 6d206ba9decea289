import { availableParallelism } from 'node:os';
import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StayAwake } from './stay-awake.ts';

/** Milliseconds that the loop slept until a timer of that time fired. */
async function idleWithin(ms: number): Promise<number> {
  const idle = performance.eventLoopUtilization();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return performance.eventLoopUtilization(idle).idle;
}

describe('staying awake for an answer', () => {
  it('ends by itself, and at once when nothing is expected any more', async () => {
    const awake = new StayAwake(50);
    awake.expect();
    awake.rest();
    await nextRound();
    expect(await idleWithin(200)).toBeGreaterThan(100);
    awake.expect();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await idleWithin(200)).toBeGreaterThan(100);
  });

  it('does not take work of its own for somebody else’s', async () => {
    const awake = new StayAwake(10_000);
    awake.expect();
    const blockedUntil = performance.now() + 20;
    while (performance.now() < blockedUntil);
    await nextRound();
    awake.expect();
    const idle = await idleWithin(200);
    awake.rest();
    // Awake all the time, or resting because this machine is busy; one processor never tries.
    expect(idle).toBeLessThanOrEqual(200);
  });

  it('rests where somebody else wants the processor', async () => {
    const awake = new StayAwake(60_000);
    awake.expect();
    // Asleep, as a thread is that had to make room.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    await nextRound();
    awake.expect();
    expect(await idleWithin(200), `${availableParallelism()} processors`).toBeGreaterThan(100);
  });
});
