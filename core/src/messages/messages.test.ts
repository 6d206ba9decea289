import { errorRegistry } from '@onelock/core/errors';
import { describe, expect, it } from 'vitest';
import { describeError } from './describe.ts';
import { en } from './en/index.ts';
import { zhCN } from './zh-CN/index.ts';

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe('the words of the error registry', () => {
  it('exist in zh-CN and en for exactly the registered codes', () => {
    const codes = Object.keys(errorRegistry).sort();
    expect(Object.keys(zhCN).sort()).toEqual(codes);
    expect(Object.keys(en).sort()).toEqual(codes);
  });

  it.each(Object.entries(errorRegistry))(
    '%s shows only data that its row carries, alike in both languages',
    (code, row) => {
      const shown = placeholders(zhCN[code as keyof typeof zhCN]);
      expect(placeholders(en[code as keyof typeof en])).toEqual(shown);
      expect(row.params).toEqual(expect.arrayContaining(shown));
    },
  );

  it('fill in the parameters', () => {
    expect(describeError('ERR_TOKEN_PIN_INCORRECT', { retriesLeft: 3 }, 'zh-CN')).toBe('PIN 不正确（剩余次数：3）');
    expect(describeError('ERR_TOKEN_PIN_INCORRECT', {}, 'en')).toBe('The PIN is wrong (tries left: —)');
  });
});
