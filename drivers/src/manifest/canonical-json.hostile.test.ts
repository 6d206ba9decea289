import { utf8Encode } from '@onelock/core/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCanonicalJson, type Json, parseCanonicalJson } from './canonical-json.ts';

const parse = (text: string, max = 1_000_000): Json => parseCanonicalJson(utf8Encode(text), max);

describe('canonical JSON', () => {
  it('is written with sorted keys and without white space, and read back the same', () => {
    const bytes = encodeCanonicalJson({ b: [1, 'é', null], a: { 乙: true, 甲: -0.5 } });
    expect(new TextDecoder().decode(bytes)).toBe('{"a":{"乙":true,"甲":-0.5},"b":[1,"é",null]}');
    expect(parseCanonicalJson(bytes, 100)).toEqual({ a: { 乙: true, 甲: -0.5 }, b: [1, 'é', null] });
  });

  it('survives any value that JSON has', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as Json;
        if (/"(__proto__|constructor|prototype)":/.test(JSON.stringify(plain))) return;
        expect(parseCanonicalJson(encodeCanonicalJson(plain), 1_000_000)).toEqual(plain);
      }),
    );
  });

  it.each([
    ['white space', '{"a": 1}'],
    ['keys out of order', '{"b":1,"a":1}'],
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":1}'],
    ['an escape that need not be', '"\\u0041"'],
    ['a number in another form', '1.0'],
    ['a number too large for a double', '1e999'],
    ['a number that a double rounds', '12345678901234567890'],
    ['minus zero', '-0'],
    ['text after the end', '{} {}'],
    ['a byte order mark', '\ufeff{}'],
    ['a comment', '{"a":1/**/}'],
    ['nothing', ''],
    ['half a text', '{"a":'],
    ['a lone surrogate', '"\\ud800"'],
    ['__proto__', '{"__proto__":{"family":"skf"}}'],
    ['constructor', '{"constructor":{}}'],
    ['prototype', '[{"prototype":1}]'],
  ])('refuses %s', (_what, text) => {
    expect(() => parse(text)).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => parseCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22), 100)).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
  });

  it('refuses what is deep without descending into it, and what is long without reading it', () => {
    for (const deep of ['['.repeat(500_000), '{"a":'.repeat(150_000), `${'['.repeat(40)}${']'.repeat(40)}`])
      expect(() => parse(deep)).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
    expect(() => parse(`"${'x'.repeat(1_000_000)}"`)).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
    expect(parse(`"${'[{'.repeat(100)}"`)).toBe('[{'.repeat(100));
  });

  it('leaves the prototype of objects alone whatever it reads', () => {
    expect(() => parse('{"__proto__":{"polluted":true}}')).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
