import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from './packed.ts';
import { fromHost, maxTrain } from './protocol.ts';

const signed = (signatures: unknown) => fromHost.Check({ type: 'signed', first: 1, signatures });

describe('byte strings packed as one', () => {
  it('come out as they went in, each in memory of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: maxTrain }), (parts) => {
        const packed = pack(parts);
        const out = unpack(packed);
        expect(out).toEqual(parts);
        for (const part of out) expect(part.buffer.byteLength).toBe(part.length);
      }),
    );
  });

  it('are let through only with the lengths that they have', () => {
    const bytes = new Uint8Array(10);
    expect(signed({ lengths: [4, 6], bytes })).toBe(true);
    for (const lengths of [[], [10, 0], [4, 7], [4, 5], [12, -2], [9.5, 0.5], [Number.NaN], ['10'], Array(17).fill(1)])
      expect(signed({ lengths, bytes }), JSON.stringify(lengths)).toBe(false);
    for (const wrong of [null, [4, 6], { lengths: [10] }, { lengths: [10], bytes: Array(10).fill(0) }])
      expect(signed(wrong), JSON.stringify(wrong)).toBe(false);
    expect(signed({ lengths: [10], bytes, more: true })).toBe(false);
    expect(signed({ lengths: [5000], bytes: new Uint8Array(5000) })).toBe(false);
  });
});
