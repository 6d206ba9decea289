import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { newId } from './identifiers.ts';

const ops = createNodeCrypto();

describe('an identifier', () => {
  it('sorts behind the ones made before it, also in the same millisecond', () => {
    let now = Date.UTC(2026, 10, 23);
    const clock = () => new Date(now);
    const ids = Array.from({ length: 3000 }, (_, index) => {
      if (index % 1000 === 999) now += 1;
      return newId('msg', clock, ops);
    });
    expect(ids).toEqual(ids.toSorted());
    expect(ids.every((id) => /^msg_[0-9a-f]{32}$/.test(id))).toBe(true);
  });

  it('is one of its kind beyond what a millisecond can count', () => {
    const clock = () => new Date(Date.UTC(2026, 10, 23));
    expect(new Set(Array.from({ length: 10_000 }, () => newId('evt', clock, ops))).size).toBe(10_000);
  });
});
