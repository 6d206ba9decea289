import { describe, expect, it } from 'vitest';
import { checkCode } from './code-check.ts';

describe('a unified social credit code being typed', () => {
  it('is said to be short, good or wrong as it grows', () => {
    expect(checkCode('')).toEqual({ kind: 'empty' });
    expect(checkCode('91350100M000100Y')).toEqual({ kind: 'short', missing: 2 });
    expect(checkCode('91350100M000100Y43')).toEqual({ kind: 'good' });
    expect(checkCode('91350100 m000100y 43')).toEqual({ kind: 'good' });
    expect(checkCode('91350100M000100Y44')).toEqual({ kind: 'bad' });
    expect(checkCode('91350100M000100Y431')).toEqual({ kind: 'long' });
  });

  it('is refused for signs that no such code has', () => {
    expect(checkCode('91350100O')).toEqual({ kind: 'shape' });
    expect(checkCode('91350100中')).toEqual({ kind: 'shape' });
  });
});
