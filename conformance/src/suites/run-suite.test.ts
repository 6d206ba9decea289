import { describe, expect, it } from 'vitest';
import type { ThreadLimits } from './case-thread.ts';
import { runSuite } from './run-suite.ts';

const limits: ThreadLimits = {
  caseTimeoutMs: 15_000,
  heapMegabytes: 32,
  program: new URL('../../test/fixtures/misbehaving-worker.ts', import.meta.url),
};

describe('a suite with a case that ends badly', () => {
  it.each([
    { how: 'hang', got: 'hung' },
    { how: 'exit', got: 'crashed' },
    { how: 'throw', got: 'crashed' },
    { how: 'exhaust', got: 'crashed' },
  ])('counts a case that ends by $how as failed and goes on with the next', async ({ how, got }) => {
    const report = await runSuite('limbo', how, how === 'hang' ? { ...limits, caseTimeoutMs: 1_500 } : limits);
    expect(report.cases.map((result) => [result.id, result.got, result.outcome])).toEqual([
      ['case::0', 'FAILURE', 'passed'],
      ['case::1', got, 'failed'],
      ['case::2', 'FAILURE', 'passed'],
    ]);
    expect([report.passed, report.failed, report.skipped]).toEqual([2, 1, 0]);
  });
});
