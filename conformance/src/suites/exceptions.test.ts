import { describe, expect, it } from 'vitest';
import { loadKnownDifferences } from './exceptions.ts';
import { suiteNames } from './suite.ts';

describe('known differences', () => {
  it.each(suiteNames)('of %s are well formed, each with a reason', (suite) => {
    for (const { reason } of loadKnownDifferences(suite).values()) expect(reason.length).toBeGreaterThan(20);
  });

  it.each(suiteNames)('of %s never excuse accepting what the suite refuses', (suite) => {
    const excused = [...loadKnownDifferences(suite).values()].map(({ got }) => got);
    expect(excused).not.toContain('SUCCESS');
    expect(excused).not.toContain('valid');
  });
});
