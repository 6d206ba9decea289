import { describe, expect, it } from 'vitest';
import { Guesses } from './guesses.ts';

describe('guesses', () => {
  it('are refused after as many wrong ones as are allowed, to who made them alone, until ten minutes after the first', () => {
    let now = Date.parse('2026-06-01T00:00:00Z');
    const guesses = new Guesses(3, () => new Date(now));
    for (let count = 0; count < 3; count += 1) {
      guesses.demandFew('somebody');
      guesses.count('somebody');
      now += 60_000;
    }
    expect(() => guesses.demandFew('somebody')).toFailWith('ERR_SERVICE_RATE_LIMITED');
    guesses.demandFew('somebody else');
    now += 7 * 60_000;
    guesses.demandFew('somebody');
    guesses.count('somebody');
    guesses.demandFew('somebody');
  });

  it('of however many are forgotten from the oldest on, so that memory has an end', () => {
    const guesses = new Guesses(1, () => new Date(0));
    guesses.count('the first');
    expect(() => guesses.demandFew('the first')).toFailWith('ERR_SERVICE_RATE_LIMITED');
    for (let count = 0; count < 20_000; count += 1) guesses.count(`one of many ${count}`);
    guesses.demandFew('the first');
  });
});
