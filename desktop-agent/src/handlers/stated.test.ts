import { expect, it } from 'vitest';
import { stated } from './stated.ts';

it('shows what a site states as one plain line', () => {
  expect(stated(undefined)).toBeNull();
  expect(stated({ title: ' 投标\n文件\u202e 签名\u200b ', summary: 'a\u0000b\u2028c' })).toEqual({
    title: '投标 文件 签名',
    summary: 'a b c',
  });
});
