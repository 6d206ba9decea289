import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

it('gives a burst, then its rate, and says how long to wait', () => {
  const limit = new RateLimit({ burst: 3, perSecond: 2 }, 0);
  expect([limit.take(0), limit.take(0), limit.take(0)]).toEqual([0, 0, 0]);
  expect(limit.take(0)).toBe(500);
  expect(limit.take(500)).toBe(0);
  expect(limit.take(501)).toBe(499);
});

it('earns no more than the burst, and nothing from a clock that goes back', () => {
  const limit = new RateLimit({ burst: 2, perSecond: 1 }, 0);
  expect([limit.take(1e9), limit.take(1e9), limit.take(1e9)]).toEqual([0, 0, 1000]);
  expect(limit.take(0)).toBe(1000);
});
