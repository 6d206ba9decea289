import { describe, expect, it } from 'vitest';
import { planKeys } from './signing-keys.ts';

const day = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const key = (id: string, atDay: number) => ({ id, createdAt: new Date(start + atDay * day).toISOString() });

describe('the keys that sign logins', () => {
  it('begin with one, which signs at once', () => {
    expect(planKeys([], start)).toEqual({ published: [], expired: [], needsNext: true });
    expect(planKeys([key('a', 0)], start)).toEqual({ published: ['a'], expired: [], needsNext: false });
  });

  it('get a successor after ninety days, published before it signs', () => {
    const at = (atDay: number) => planKeys([key('a', 0), key('b', 90)], start + atDay * day);
    expect(planKeys([key('a', 0)], start + 90 * day).needsNext).toBe(true);
    expect(at(91).published).toEqual(['a', 'b']);
    expect(at(92).published).toEqual(['b', 'a']);
    expect(at(93).published).toEqual(['b', 'a']);
  });

  it('are forgotten when nothing that they signed is valid any more', () => {
    const at = planKeys([key('a', 0), key('b', 90)], start + 94 * day);
    expect(at).toEqual({ published: ['b'], expired: ['a'], needsNext: false });
  });

  it('never leave a service without one, however long it slept', () => {
    expect(planKeys([key('a', 0)], start + 1000 * day)).toEqual({ published: ['a'], expired: [], needsNext: true });
  });
});
