import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToBase64, isBase64 } from './base64.ts';
import { calls } from './calls.ts';
import { bytePaths, fromWire, toWire } from './codec.ts';
import { decodeParams, decodeResult, encodeParams, encodeResult } from './validate.ts';

describe('base64 of the wire', () => {
  it('says the same as Node for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = bytesToBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(isBase64(text)).toBe(true);
        expect(base64ToBytes(text)).toEqual(bytes);
      }),
    );
  });

  it('has one text for one value', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        expect(isBase64(text)).toBe(Buffer.from(text, 'base64').toString('base64') === text);
      }),
    );
  });

  it.each(['A', 'AA', 'AAA', 'AB==', 'AAB=', 'AA=A', '====', 'AAAA=', 'AA\n=', 'AAA-', 'ＡAAA'])(
    'refuses %j',
    (text) => {
      expect(isBase64(text)).toBe(false);
    },
  );

  it('takes two megabytes in one go', () => {
    const bytes = new Uint8Array(2 * 1024 * 1024).fill(0xa5);
    expect(Buffer.from(base64ToBytes(bytesToBase64(bytes))).equals(bytes)).toBe(true);
  });
});

describe('bytes of a call', () => {
  it('are found wherever they stand: in fields, lists and unions', () => {
    expect(bytePaths(calls.authenticate.params)).toEqual(['challenge', 'ticket.signature']);
    expect(bytePaths(calls.getCertificate.result)).toEqual(['certificate', 'chain.*']);
    expect(bytePaths(calls.verifyData.params)).toEqual([
      'data',
      'signature',
      'signedBy.certificate',
      'signedBy.intermediates.*',
      'signedBy.publicKey',
    ]);
  });

  it('never share a place with text in another form of the same union', () => {
    for (const call of Object.values(calls)) {
      for (const [schema, example] of [
        [call.params, call.example.params],
        [call.result, call.example.result],
      ] as const) {
        const inside = fromWire(example, bytePaths(schema));
        expect(toWire(inside), call.name).toEqual(example);
      }
    }
  });

  it('go to the wire and back', () => {
    const inside = decodeParams('signData', { key: 'k1_abcdefghij', data: 'AQID' });
    expect(inside.data).toEqual(Uint8Array.of(1, 2, 3));
    expect(encodeParams('signData', inside)).toEqual({ key: 'k1_abcdefghij', data: 'AQID' });
    const result = decodeResult('generateRandom', { random: 'AQID', source: 'agent' });
    expect(encodeResult('generateRandom', result)).toEqual({ random: 'AQID', source: 'agent' });
  });

  it('drop a field that is present but undefined, as JSON does', () => {
    expect(toWire({ a: undefined, b: Uint8Array.of(255) })).toEqual({ b: '/w==' });
  });
});
