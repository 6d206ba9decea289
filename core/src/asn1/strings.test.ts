import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { readDer } from './reader.ts';
import { stringTypeOf, stringValue } from './strings.ts';
import { derIa5String, derInteger, derPrintableString, derUtf8String } from './writer.ts';

describe('character strings', () => {
  it.each([
    ['UTF8String', '0c06e68b9be6a087', '招标'],
    ['PrintableString', '130341423f', 'AB?'],
    ['PrintableString', '1304412a5f40', 'A*_@'],
    ['IA5String', '16024140', 'A@'],
    ['BMPString', '1e04676f6807', '\u676f\u6807'],
    ['TeletexString', '1402c4e9', 'Äé'],
    ['NumericString', '1203312032', '1 2'],
    ['VisibleString', '1a0141', 'A'],
    ['UniversalString', '1c0400020bb7', '𠮷'],
  ])('%s %s reads as %s', (type, hex, text) => {
    const node = readDer(fromHex(hex));
    expect(stringTypeOf(node)).toBe(type);
    expect(stringValue(node)).toBe(text);
  });

  it('are told from other types', () => {
    expect(stringTypeOf(readDer(derInteger(1)))).toBeUndefined();
    expect(() => stringValue(readDer(derInteger(1)))).toFailWith('ERR_DER_TAG_UNEXPECTED');
  });

  it('are written only with characters of their type', () => {
    expect(stringValue(readDer(derUtf8String('甲')))).toBe('甲');
    expect(() => derPrintableString('a*b')).toFailWith('ERR_DER_VALUE_INVALID');
    expect(() => derPrintableString('甲')).toFailWith('ERR_DER_VALUE_INVALID');
    expect(() => derIa5String('甲')).toFailWith('ERR_DER_VALUE_INVALID');
  });
});
