import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Patience, type Probe, watchAnswers } from './postgres-watch.ts';

const patience: Patience = { patienceMs: 20, graceMs: 50, longestMs: 600_000, probeMs: 20 };

/** Looks after one statement whose answer does not come. @returns how often it was cut when that was enough */
async function watched(probe: Probe, enough: (looks: number, cuts: number) => boolean): Promise<number> {
  let cuts = 0;
  let asked = 0;
  const watch = watchAnswers(
    () => async (processIds) => {
      asked += 1;
      return probe(processIds);
    },
    patience,
  );
  watch.add({
    processId: 7,
    since: performance.now(),
    cut: () => {
      cuts += 1;
    },
  });
  while (!enough(asked, cuts)) await wait(5);
  watch.stop();
  return cuts;
}

function beBusy(milliseconds: number): void {
  for (const begun = performance.now(); performance.now() - begun < milliseconds; );
}

describe('a statement without an answer', () => {
  it('is given up when the server cannot be reached', async () => {
    expect(
      await watched(
        async () => Promise.reject(new Error('timeout')),
        (_looks, cuts) => cuts > 0,
      ),
    ).toBeGreaterThan(0);
  });

  it('is waited for while the server works on it', async () => {
    expect(
      await watched(
        async () => new Set([7]),
        (looks) => looks > 4,
      ),
    ).toBe(0);
  });

  it('is not given up because this process was too busy to ask in time', async () => {
    const probe: Probe = async () => {
      beBusy(200);
      throw new Error('timeout');
    };
    expect(await watched(probe, (looks) => looks > 3)).toBe(0);
  });
});
