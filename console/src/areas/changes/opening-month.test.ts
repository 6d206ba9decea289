import { describe, expect, it } from 'vitest';
import type { Opening } from './api.ts';
import { monthPlus, weeksOf } from './opening-month.ts';

const opening = (startsAt: string, endsAt: string): Opening => ({
  ...{ id: 'opn_1', platformId: 'clr_1', title: 'Works', startsAt, endsAt },
  ...{ createdBy: 'clr_2', createdAt: startsAt, cancelledAt: null },
});

describe('a month of bid openings', () => {
  it('begins each week on a Monday, and shows whole weeks', () => {
    const weeks = weeksOf('2026-11', [], '2026-11-22T20:00:00.000Z');
    expect(weeks).toHaveLength(6);
    expect(weeks[0]?.[0]?.date).toBe('2026-10-26');
    expect(weeks.at(-1)?.at(-1)?.date).toBe('2026-12-06');
    // Already the 23rd in Beijing.
    expect(weeks.flat().filter(({ today }) => today)).toMatchObject([{ date: '2026-11-23' }]);
  });

  it('is four weeks for a February that begins on a Monday', () => {
    expect(weeksOf('2027-02', [], '2027-02-01T00:00:00.000Z')).toHaveLength(4);
  });

  it('shows an opening on the days of Beijing, and open ends over midnight', () => {
    const late = opening('2026-11-22T15:00:00.000Z', '2026-11-22T17:30:00.000Z');
    const days = weeksOf('2026-11', [late], '2026-11-01T00:00:00.000Z').flat();
    expect(days.filter(({ openings }) => openings.length > 0)).toMatchObject([
      { date: '2026-11-22', openings: [{ when: '23:00–' }] },
      { date: '2026-11-23', openings: [{ when: '–01:30' }] },
    ]);
  });

  it('goes on over the end of a year', () => {
    expect(monthPlus('2026-12', 1)).toBe('2027-01');
    expect(monthPlus('2026-01', -1)).toBe('2025-12');
  });
});
