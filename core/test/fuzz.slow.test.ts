// npm run test:long -- fuzz: mutations of real bytes against every parser, ten minutes each unless told otherwise.
// ONELOCK_FUZZ_SECONDS: for each parser in all; ONELOCK_FUZZ_BUDGET_SECONDS: for this run, shared by parsers that are
// not done. Tallies are kept in test-results/long/fuzz-parsers.json, so a run goes on where the last one stopped.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fuzzedParsers } from './support/fuzz/parsers.ts';
import { type FuzzTally, freshTally, fuzz } from './support/fuzz/run.ts';
import { fuzzSeeds } from './support/fuzz/seeds.ts';

/** What is asked of the set; a run may stop earlier, and the record shows how far it came. */
const goal = 600;
const wanted = Number(process.env.ONELOCK_FUZZ_SECONDS ?? goal);
const record = fileURLToPath(new URL('../../test-results/long/fuzz-parsers.json', import.meta.url));
const tallies: Record<string, FuzzTally> = existsSync(record)
  ? (JSON.parse(readFileSync(record, 'utf8')) as { parsers: Record<string, FuzzTally> }).parsers
  : {};
const names = Object.keys(fuzzedParsers);
const open = names.filter((name) => (tallies[name]?.seconds ?? 0) < wanted);
const budget = Number(process.env.ONELOCK_FUZZ_BUDGET_SECONDS ?? wanted * names.length);
const seeds = fuzzSeeds();

describe('every parser, fed with mutations', () => {
  it.each(names.map((name, index) => [name, index] as const))('%s', async (name, index) => {
    const before = tallies[name] ?? freshTally(0x10c0 + index * 7919);
    const seconds = Math.min(wanted - before.seconds, budget / Math.max(1, open.length));
    const parse = fuzzedParsers[name];
    if (parse === undefined || seconds <= 0) return expect(before.refused).toBeGreaterThan(0);
    const heapBefore = process.memoryUsage().heapUsed;
    const { tally, findings } = await fuzz(parse, seeds, seconds, before);
    expect(findings).toEqual([]);
    expect(tally.refused).toBeGreaterThan(0);
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(512 * 1024 * 1024);
    tallies[name] = tally;
    mkdirSync(path.dirname(record), { recursive: true });
    const summary = { goalSecondsPerParser: goal, at: new Date().toISOString(), parsers: tallies };
    writeFileSync(record, `${JSON.stringify(summary, null, 2)}\n`);
  });
});
