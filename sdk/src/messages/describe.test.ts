import { expect, it, describe as suite } from 'vitest';
import { describe } from './describe.ts';

suite('the words for a code', () => {
  it('are Chinese or English, with the data filled in', () => {
    const wrongPin = { code: 'ERR_TOKEN_PIN_INCORRECT', params: { retriesLeft: 3 } };
    expect(describe(wrongPin, 'zh-CN')).toContain('3');
    expect(describe(wrongPin, 'en')).toMatch(/tries left.*3|3 tries left/);
  });

  it('name a code that is not known, and take nothing from a prototype for one', () => {
    expect(describe({ code: 'ERR_FROM_THE_FUTURE' }, 'en')).toContain('ERR_FROM_THE_FUTURE');
    expect(describe({ code: 'constructor' }, 'zh-CN')).toContain('constructor');
  });
});
