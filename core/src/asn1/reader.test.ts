import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { readDer } from './reader.ts';
import { contextConstructed, contextPrimitive, derTag, describeTag } from './tags.ts';
import { derExplicit, derInteger, derOctetString, derSequence, derUtf8String, derValue } from './writer.ts';

describe('readDer', () => {
  it('gives windows on the input, not copies', () => {
    const bytes = derSequence(derInteger(5), derUtf8String('甲'));
    const fields = readDer(bytes).sequence();
    const integer = fields.read(derTag.integer);
    expect(integer.content.buffer).toBe(bytes.buffer);
    expect([integer.offset, integer.contentOffset, integer.end]).toEqual([2, 4, 5]);
    expect(toHex(fields.next().der)).toBe('0c03e794b2');
    expect(() => fields.finish()).not.toThrow();
  });

  it('reads optional fields by their tag and leaves others for the next question', () => {
    const fields = readDer(derSequence(derExplicit(1, derInteger(7)))).sequence();
    expect(fields.optional(contextConstructed(0))).toBeUndefined();
    expect(fields.nextIs(contextConstructed(1))).toBe(true);
    expect(fields.optional(contextConstructed(1))?.nested().contentLength).toBe(1);
    expect(fields.atEnd).toBe(true);
    expect(fields.optional(contextPrimitive(2))).toBeUndefined();
  });

  it('counts offsets from the start of the whole input, inside of nested encodings too', () => {
    const bytes = derSequence(derOctetString(derSequence(derInteger(1), Uint8Array.of(0x02, 0x02, 0x00, 0x01))));
    const inner = readDer(bytes).sequence().next().nested().sequence();
    inner.next();
    expect(inner.next().offset).toBe(9);
    expect(() => readDer(bytes).sequence().next().nested().expect(derTag.set)).toThrow(
      expect.objectContaining({ params: { offset: 4, expected: 'SET', actual: 'SEQUENCE' } }),
    );
  });

  it('reads a view that does not start at its buffer', () => {
    const bytes = fromHex('ffff0201050000').subarray(2, 5);
    expect(toHex(readDer(bytes).content)).toBe('05');
  });

  it('reads tag numbers above 30 and names them', () => {
    const node = readDer(derValue(0x5f + 33 * 256, Uint8Array.of(1)));
    expect(node.tag).toBe(0x5f + 33 * 256);
    expect(describeTag(node.tag)).toBe('[APPLICATION 33]');
    expect(describeTag(contextPrimitive(2))).toBe('[2]');
  });
});
