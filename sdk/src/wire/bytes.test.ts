import { describe, expect, it } from 'vitest';
import { bytesFromWire, bytesToWire, WrongBytes } from './bytes.ts';

const fieldOf = (act: () => unknown): string => {
  try {
    act();
    return 'nothing was refused';
  } catch (error) {
    return error instanceof WrongBytes ? error.field : String(error);
  }
};

describe('bytes in a value', () => {
  const inside = {
    data: Uint8Array.of(1),
    chain: [Uint8Array.of(2), Uint8Array.of(3)],
    items: [{ d: Uint8Array.of(4) }, {}],
    none: null,
  };
  const wire = { data: 'AQ==', chain: ['Ag==', 'Aw=='], items: [{ d: 'BA==' }, {}], none: null };
  const paths = ['data', 'chain.*', 'items.*.d', 'none', 'absent.deep'];

  it('become base64 and bytes again at the given places, and nothing else changes', () => {
    expect(bytesToWire(inside, paths)).toEqual(wire);
    expect(bytesFromWire(wire, paths)).toEqual(inside);
  });

  it('leave the caller’s own value as it was', () => {
    const data = Uint8Array.of(1);
    const given = { data, chain: [data] };
    bytesToWire(given, ['data', 'chain.*']);
    expect(given).toEqual({ data, chain: [data] });
  });

  it('that are none are refused with the place', () => {
    expect(fieldOf(() => bytesToWire({ chain: [Uint8Array.of(1), [2]] }, ['chain.*']))).toBe('/chain/1');
    expect(fieldOf(() => bytesToWire({ data: 'AQ==' }, ['data']))).toBe('/data');
    expect(fieldOf(() => bytesToWire({ data: Buffer.of(1).buffer }, ['data']))).toBe('/data');
    expect(fieldOf(() => bytesFromWire({ items: [{ d: 'A' }] }, ['items.*.d']))).toBe('/items/0/d');
    expect(fieldOf(() => bytesFromWire({ data: 7 }, ['data']))).toBe('/data');
  });
});
