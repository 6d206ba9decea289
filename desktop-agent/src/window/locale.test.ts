import { describe, expect, it } from 'vitest';
import en from './locale/en.json' with { type: 'json' };
import zhCN from './locale/zh-CN.json' with { type: 'json' };

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe('the words of the windows', () => {
  it('exist in zh-CN and en under the same keys', () => {
    expect(Object.keys(en)).toEqual(Object.keys(zhCN));
  });

  it.each(Object.entries(zhCN))('%s shows the same data in both', (key, text) => {
    expect(placeholders(en[key as keyof typeof en])).toEqual(placeholders(text));
  });
});
