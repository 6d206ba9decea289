import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FuzzRandom, mutate } from './support/fuzz/mutate.ts';
import { fuzzedParsers } from './support/fuzz/parsers.ts';
import { freshTally, fuzz } from './support/fuzz/run.ts';
import { fuzzSeeds } from './support/fuzz/seeds.ts';

const seeds = fuzzSeeds();
const parsers = Object.entries(fuzzedParsers);

function endsWell(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    parse(bytes);
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
}

describe('every parser', () => {
  it.each(parsers)('%s has real bytes that it reads, so that mutations reach its depths', (_name, parse) => {
    const reads = (seed: Uint8Array): boolean => {
      try {
        parse(seed);
        return true;
      } catch (error) {
        if (isCodedError(error)) return false;
        throw error;
      }
    };
    expect(seeds.some(reads)).toBe(true);
  });

  it.each(parsers)('%s ends in a value or a coded error for any bytes', (_name, parse) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => endsWell(parse, bytes)),
      { numRuns: 200 },
    );
  });

  it.each(parsers)('%s ends in a value or a coded error for real bytes changed a little', (_name, parse) => {
    const real = fc.record({ seed: fc.nat(seeds.length - 1), random: fc.integer({ min: 1, max: 0x7fffffff }) });
    fc.assert(
      fc.property(real, ({ seed, random }) =>
        endsWell(parse, mutate(seeds[seed] ?? new Uint8Array(), new FuzzRandom(random), seeds)),
      ),
      { numRuns: 150 },
    );
  });

  it.each(parsers)('%s gives the same answer to the same bytes', (_name, parse) => {
    const answer = (bytes: Uint8Array): string => {
      try {
        parse(bytes);
        return 'parsed';
      } catch (error) {
        return isCodedError(error) ? `${error.code} ${JSON.stringify(error.params)}` : String(error);
      }
    };
    for (const seed of seeds.filter((_, index) => index % 25 === 0)) expect(answer(seed)).toBe(answer(seed.slice()));
  });
});

describe('the fuzzer', () => {
  it('finds what throws anything else and what hangs, and says with which bytes', async () => {
    const thrower = (bytes: Uint8Array): void => {
      if (bytes.length !== 2) throw new TypeError('length');
    };
    const { findings } = await fuzz(thrower, [Uint8Array.of(1, 2)], 0.2, freshTally(1));
    expect(findings[0]).toMatchObject({ what: expect.stringContaining('TypeError'), bytes: expect.any(String) });
  });

  it('goes on where it stopped', async () => {
    const first = (await fuzz(() => undefined, [Uint8Array.of(1)], 0.01, freshTally(7))).tally;
    const second = (await fuzz(() => undefined, [Uint8Array.of(1)], 0.01, first)).tally;
    expect(second.executions).toBeGreaterThan(first.executions);
    expect(second.random).not.toBe(first.random);
  });
});
