import { describe, expect, it } from 'vitest';
import { oids } from '../asn1/oid-registry.ts';
import { readDer } from '../asn1/reader.ts';
import { derTag } from '../asn1/tags.ts';
import {
  derInteger,
  derOid,
  derPrintableString,
  derSequence,
  derSetOf,
  derUtf8String,
  derValue,
} from '../asn1/writer.ts';
import { utf8Encode } from '../bytes/utf8.ts';
import { type Name, nameAttribute, nameAttributes, parseName } from './name.ts';
import { isNameWithin, nameKey, sameName } from './name-comparison.ts';
import { formatName } from './name-format.ts';

const attribute = (oid: string, value: Uint8Array): Uint8Array => derSequence(derOid(oid), value);
const name = (...rdns: readonly (readonly Uint8Array[])[]): Name =>
  parseName(readDer(derSequence(...rdns.map((rdn) => derSetOf(...rdn)))));
const cn = (text: string): Uint8Array => attribute(oids.commonName, derUtf8String(text));
const c = (text: string): Uint8Array => attribute(oids.countryName, derPrintableString(text));
const o = (text: string): Uint8Array => attribute(oids.organizationName, derUtf8String(text));

describe('formatName', () => {
  it('writes the last RDN first and escapes what RFC 4514 says', () => {
    expect(formatName(name([c('CN')], [o('甲公司')], [cn('张三')]))).toBe('CN=张三,O=甲公司,C=CN');
    expect(formatName(name([cn('a,b+c"d\\e<f>g;h')]))).toBe('CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h');
    expect(formatName(name([cn(' x ')]))).toBe('CN=\\ x\\ ');
    expect(formatName(name([cn('#x')]))).toBe('CN=\\#x');
    expect(formatName(name([cn(' ')]))).toBe('CN=\\ ');
    expect(formatName(name([cn('  ')]))).toBe('CN=\\ \\ ');
    expect(formatName(name([cn('')]))).toBe('CN=');
    expect(formatName(name())).toBe('');
  });

  it('joins attributes of one RDN with a plus and writes unknown types in dotted form', () => {
    expect(formatName(name([cn('x'), attribute('1.2.3.4', derUtf8String('y'))]))).toMatch(
      /^(CN=x\+1\.2\.3\.4=y|1\.2\.3\.4=y\+CN=x)$/,
    );
    expect(formatName(name([attribute(oids.commonName, derInteger(5))]))).toBe('CN=#020105');
  });

  it('lets no control character or change of direction into a line of text', () => {
    expect(formatName(name([cn('a\u0000b\nc')]))).toBe('CN=a\\00b\\0ac');
    expect(formatName(name([cn('\u202emoc')]))).toBe('CN=\\e2\\80\\aemoc');
  });
});

describe('nameAttribute', () => {
  it('finds the first text of a type, and none for other values', () => {
    const subject = name([o('one')], [o('two'), cn('x')], [attribute(oids.serialNumber, derInteger(1))]);
    expect(nameAttribute(subject, oids.organizationName)).toBe('one');
    expect(nameAttributes(subject, oids.organizationName)).toEqual(['one', 'two']);
    expect(nameAttribute(subject, oids.serialNumber)).toBeUndefined();
    expect(nameAttribute(subject, oids.countryName)).toBeUndefined();
  });

  it('tells the string type and keeps the encoding', () => {
    const [[first] = []] = name([
      attribute(oids.commonName, derValue(derTag.bmpString, Uint8Array.of(0x67, 0x6f))),
    ]).rdns;
    expect(first).toMatchObject({ value: '\u676f', stringType: 'BMPString', der: Uint8Array.of(0x1e, 2, 0x67, 0x6f) });
  });
});

describe('sameName', () => {
  const same = (a: Name, b: Name): boolean => {
    expect(sameName(b, a)).toBe(sameName(a, b));
    expect(nameKey(a) === nameKey(b)).toBe(sameName(a, b));
    return sameName(a, b);
  };

  it('ignores case, white space, string type and compatibility forms', () => {
    expect(same(name([cn('Foo  Bar')]), name([cn(' foo bar ')]))).toBe(true);
    expect(same(name([attribute(oids.commonName, derPrintableString('ABC'))]), name([cn('abc')]))).toBe(true);
    expect(
      same(name([attribute(oids.commonName, derValue(derTag.bmpString, Uint8Array.of(0x75, 0x32)))]), name([cn('甲')])),
    ).toBe(true);
    expect(same(name([cn('ＡＢＣ')]), name([cn('abc')]))).toBe(true);
    expect(same(name(), name())).toBe(true);
  });

  it('minds order of RDNs, types, number and every letter', () => {
    expect(same(name([cn('a')], [o('b')]), name([o('b')], [cn('a')]))).toBe(false);
    expect(same(name([cn('a')]), name([o('a')]))).toBe(false);
    expect(same(name([cn('a')]), name([cn('a')], [cn('a')]))).toBe(false);
    expect(same(name([cn('a')], [o('b')]), name([cn('a'), o('b')]))).toBe(false);
    expect(same(name([cn('a')]), name([cn('ä')]))).toBe(false);
    expect(same(name([cn('ab')]), name([cn('a b')]))).toBe(false);
    expect(same(name([cn('a\u0000')]), name([cn('a')]))).toBe(false);
    expect(same(name(), name([cn('a')]))).toBe(false);
  });

  it('takes an RDN for a set, and values that are no text byte for byte', () => {
    expect(same(name([cn('a'), o('b')]), name([o('B'), cn('A')]))).toBe(true);
    expect(same(name([attribute('1.2.3', derInteger(1))]), name([attribute('1.2.3', derInteger(1))]))).toBe(true);
    expect(same(name([attribute('1.2.3', derInteger(1))]), name([attribute('1.2.3', derInteger(2))]))).toBe(false);
    expect(same(name([attribute('1.2.3', derInteger(1))]), name([attribute('1.2.3', derUtf8String('#020101'))]))).toBe(
      false,
    );
  });

  it('cannot be fooled by quotes and separators inside of values', () => {
    expect(same(name([cn('a","2.5.4.10=b')]), name([cn('a'), o('b')]))).toBe(false);
    expect(same(name([cn('a')], [cn('b')]), name([cn('a"],["2.5.4.3=b')]))).toBe(false);
  });

  it('finds a name within a subtree', () => {
    const base = name([c('CN')], [o('b')]);
    expect(isNameWithin(name([c('cn')], [o('B')], [cn('x')]), base)).toBe(true);
    expect(isNameWithin(name([c('CN')]), base)).toBe(false);
    expect(isNameWithin(name([o('b')], [c('CN')]), base)).toBe(false);
    expect(isNameWithin(base, name())).toBe(true);
  });

  it('reads UTF-8 beyond the basic plane', () => {
    expect(
      nameAttribute(
        parseName(readDer(derSequence(derSetOf(attribute(oids.commonName, derValue(0x0c, utf8Encode('𠮷'))))))),
        oids.commonName,
      ),
    ).toBe('𠮷');
  });
});
