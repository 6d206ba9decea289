import { describe, expect, it } from 'vitest';
import type { Pin, PinStatus } from '../port/index.ts';
import { PinRules } from './pin-rules.ts';

const pin = (text: string): Pin => new TextEncoder().encode(text) as Pin;
const said: PinStatus = {
  retriesLeft: null,
  retriesMax: null,
  low: false,
  locked: false,
  isDefault: null,
  minLength: 4,
  maxLength: 255,
};

describe('the rules of a vendor for its PINs', () => {
  it('are none where the vendor says nothing', () => {
    const rules = new PinRules(undefined);
    rules.demand(pin('x'), pin('盘古'));
    expect(rules.describe('a', 'user', said)).toEqual(said);
  });

  it.each([
    ['12345', 'ERR_TOKEN_PIN_LENGTH'],
    ['123456789', 'ERR_TOKEN_PIN_LENGTH'],
    ['12345a', 'ERR_TOKEN_PIN_CHARACTERS'],
    ['１２', 'ERR_TOKEN_PIN_CHARACTERS'],
  ] as const)('refuse %s, and wipe it with all that came along', (text, code) => {
    const rules = new PinRules({ minLength: 6, maxLength: 8, characters: 'digits' });
    const [right, wrong] = [pin('654321'), pin(text)];
    expect(() => rules.demand(right, wrong)).toFailWith(code);
    expect([...right, ...wrong].every((byte) => byte === 0)).toBe(true);
  });

  it('let an empty one through, which is typed on the device', () => {
    new PinRules({ minLength: 6, maxLength: 8 }).demand(new Uint8Array() as Pin);
  });

  it('narrow the lengths that a key tells, and never to nothing', () => {
    const narrow = new PinRules({ minLength: 6, maxLength: 8 }).describe('a', 'user', said);
    expect(narrow).toMatchObject({ minLength: 6, maxLength: 8 });
    const apart = new PinRules({ minLength: 1, maxLength: 3 }).describe('a', 'user', said);
    expect(apart).toMatchObject({ minLength: 4, maxLength: 255 });
  });

  it('warn as early as the vendor wants, and not of a PIN that nobody got wrong', () => {
    const rules = new PinRules({ minLength: 6, maxLength: 8, retries: 6, warnAt: 4 });
    const left = (retriesLeft: number | null) => rules.describe('a', 'user', { ...said, retriesLeft });
    expect(left(4)).toMatchObject({ low: true, retriesMax: 6 });
    expect(left(5).low).toBe(false);
    expect(left(null)).toMatchObject({ low: false, retriesLeft: null });
    expect(rules.describe('a', 'user', { ...said, retriesLeft: 0, locked: true }).low).toBe(false);
    expect(rules.describe('a', 'admin', { ...said, retriesLeft: 1 })).toEqual({ ...said, retriesLeft: 1 });
    const few = new PinRules({ minLength: 6, maxLength: 8, retries: 3, warnAt: 4 });
    expect(few.describe('a', 'user', { ...said, retriesLeft: 3 }).low).toBe(false);
  });

  it('know a factory PIN once it was right, of that device alone, until devices change', () => {
    const rules = new PinRules({ minLength: 6, maxLength: 8, factoryPins: ['111111'] });
    const isDefault = (id: string) => rules.describe(id, 'user', said).isDefault;
    rules.remember('a', pin('111111'));
    expect(isDefault('a')).toBe(null);
    rules.remember('a', pin('111111'))();
    expect([isDefault('a'), isDefault('b')]).toEqual([true, null]);
    rules.remember('a', pin('123789'))();
    expect(isDefault('a')).toBe(false);
    rules.forget();
    expect(isDefault('a')).toBe(null);
  });
});
