import { expect, it } from 'vitest';
import { Turns } from '../port/index.ts';
import { SharedReads } from './shared-reads.ts';

it('has one read under way and one waiting, however many ask, and answers each with what came after the asking', async () => {
  const reads = new SharedReads();
  const turns = new Turns();
  const gates: PromiseWithResolvers<void>[] = [];
  let count = 0;
  const ask = (what: string): Promise<string> =>
    reads.read(what, (begun) =>
      turns.run('token', 1_000, async () => {
        begun();
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
        return `${what} ${++count}`;
      }),
    );
  const first = ask('devices');
  await Promise.resolve();
  await new Promise(setImmediate);
  const crowd = Array.from({ length: 100 }, () => ask('devices'));
  const other = ask('pin');
  for (const at of [0, 1, 2]) {
    while (gates[at] === undefined) await new Promise(setImmediate);
    gates[at].resolve();
  }
  expect(await first).toBe('devices 1');
  expect(new Set(await Promise.all(crowd))).toEqual(new Set(['devices 2']));
  expect(await other).toBe('pin 3');
  expect(gates.length).toBe(3);
});

it('shares a failure with those who waited for it and with nobody after', async () => {
  const reads = new SharedReads();
  const fail = (): Promise<never> => Promise.reject(new Error('busy'));
  const both = await Promise.allSettled([reads.read('a', fail), reads.read('a', fail)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await reads.read('a', () => Promise.resolve('well'))).toBe('well');
});
