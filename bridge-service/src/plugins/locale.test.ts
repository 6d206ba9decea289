import { describe, expect, it } from 'vitest';
import { negotiateLocale } from './locale.ts';

describe('the language of an answer', () => {
  it.each([
    [undefined, 'zh-CN'],
    ['', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['zh-TW', 'zh-CN'],
    ['en', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['fr, en;q=0.5, zh;q=0.9', 'zh-CN'],
    ['en;q=0, zh', 'zh-CN'],
    ['fr', 'zh-CN'],
    ['*', 'zh-CN'],
    ['en;q=oops, zh;q=0.1', 'zh-CN'],
    [`${'x,'.repeat(100_000)}en`, 'zh-CN'],
  ] as const)('for Accept-Language %j is %s', (header, locale) => {
    expect(negotiateLocale(header)).toBe(locale);
  });
});
