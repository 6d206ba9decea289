import { CodedError } from '@onelock/core/errors';
import { describe, expect, it } from 'vitest';
import type { PinStatus, TokenDevice } from '../port/index.ts';
import { SpentTries } from './spent-tries.ts';

const silent: PinStatus = {
  ...{ retriesLeft: null, retriesMax: null, low: false, locked: false },
  ...{ isDefault: null, minLength: 4, maxLength: 16 },
};
const wrong = (retriesLeft: number | null): CodedError => new CodedError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft });
const here = (insertion: number): TokenDevice => ({ id: 'a', insertion }) as TokenDevice;

describe('tries spent in a life of the host', () => {
  it('are its own matter while it lives', () => {
    const tries = new SpentTries(3);
    const error = wrong(9);
    expect(tries.failed('a', 'user', 1, error)).toBe(error);
    expect(tries.describe('a', 'user', 1, silent)).toBe(silent);
  });

  it('are known in the next one where the library says nothing, by the tries that the manifest says', () => {
    const tries = new SpentTries(3);
    tries.failed('a', 'user', 1, wrong(null));
    expect(tries.describe('a', 'user', 2, silent)).toBe(silent);
    expect(tries.failed('a', 'user', 2, wrong(null))).toMatchObject({ params: { retriesLeft: 1 } });
    expect(tries.describe('a', 'user', 2, silent)).toMatchObject({ retriesLeft: 1, low: true });
    expect(tries.describe('a', 'admin', 2, silent)).toBe(silent);
  });

  it('are forgotten when a PIN was right, when it is locked, and when the device leaves', () => {
    const ends: readonly ((tries: SpentTries) => void)[] = [
      (tries) => tries.right('a', 'user'),
      (tries) => tries.failed('a', 'user', 2, new CodedError('ERR_TOKEN_PIN_LOCKED')),
      (tries) => tries.describe('a', 'user', 2, { ...silent, locked: true }),
      (tries) => tries.keepFor([here(2)]),
      (tries) => tries.keepFor([]),
    ];
    for (const end of ends) {
      const tries = new SpentTries(undefined);
      tries.keepFor([here(1)]);
      tries.failed('a', 'user', 1, wrong(2));
      tries.keepFor([here(1)]);
      expect(tries.describe('a', 'user', 2, silent)).toMatchObject({ retriesLeft: 2, low: true });
      end(tries);
      expect(tries.describe('a', 'user', 2, silent)).toBe(silent);
    }
  });

  it('leave what the host says alone where that is less', () => {
    const tries = new SpentTries(undefined);
    tries.failed('a', 'user', 1, wrong(5));
    const said = { ...silent, retriesLeft: 3 };
    expect(tries.describe('a', 'user', 2, said)).toBe(said);
    const error = wrong(2);
    expect(tries.failed('a', 'user', 2, error)).toBe(error);
  });
});
