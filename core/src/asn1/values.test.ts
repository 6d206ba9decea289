import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { type DerNode, readDer } from './reader.ts';
import { contextPrimitive } from './tags.ts';
import {
  bitStringValue,
  booleanValue,
  integerValue,
  nullValue,
  octetStringValue,
  smallIntegerValue,
  unsignedIntegerBytes,
  wholeBitStringValue,
} from './values.ts';
import {
  derBitString,
  derBoolean,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
  derUnsignedInteger,
  derValue,
} from './writer.ts';

const node = (hex: string): DerNode => readDer(fromHex(hex));

describe('values', () => {
  it('integers keep their sign at the edges of an octet', () => {
    for (const value of [0n, 1n, 127n, 128n, 255n, 256n, -1n, -128n, -129n, 1n << 64n, -(1n << 64n)])
      expect(integerValue(readDer(derInteger(value)))).toBe(value);
    expect(toHex(derInteger(128))).toBe('02020080');
    expect(toHex(derInteger(-128))).toBe('020180');
  });

  it('small integers are neither negative nor larger than asked for', () => {
    expect(smallIntegerValue(node('020500' + 'ffffffff'), 2 ** 32)).toBe(0xffffffff);
    for (const hex of ['0201ff', '02020100', '02060100000000ff'])
      expect(() => smallIntegerValue(node(hex), 255)).toFailWith('ERR_DER_VALUE_INVALID');
  });

  it('magnitudes lose their sign octet and regain it', () => {
    expect(toHex(unsignedIntegerBytes(node('02020080')))).toBe('80');
    expect(unsignedIntegerBytes(node('020100')).length).toBe(0);
    expect(() => unsignedIntegerBytes(node('020180'))).toFailWith('ERR_DER_VALUE_INVALID');
    expect(toHex(derUnsignedInteger(fromHex('000080')))).toBe('02020080');
    expect(toHex(derUnsignedInteger(new Uint8Array(3)))).toBe('020100');
  });

  it('bit strings tell their unused bits, and keys may have none', () => {
    expect(bitStringValue(node('03020780'))).toEqual({ unusedBits: 7, bytes: Uint8Array.of(0x80) });
    expect(() => wholeBitStringValue(node('03020780'))).toFailWith('ERR_DER_VALUE_INVALID');
    expect(wholeBitStringValue(readDer(derBitString(fromHex('0102'))))).toEqual(fromHex('0102'));
    expect(toHex(derNamedBits([0, 5, 6]))).toBe('03020186');
    expect(toHex(derNamedBits([8]))).toBe('0303070080');
    expect(toHex(derNamedBits([]))).toBe('030100');
  });

  it('take an implicit tag when told so and no other', () => {
    const implicit = readDer(derImplicit(2, Uint8Array.of(5)));
    expect(integerValue(implicit, contextPrimitive(2))).toBe(5n);
    expect(() => integerValue(implicit)).toFailWith('ERR_DER_TAG_UNEXPECTED');
    expect(booleanValue(readDer(derBoolean(true)))).toBe(true);
    expect(nullValue(readDer(derNull()))).toBeNull();
    expect(octetStringValue(node('04020102'))).toEqual(fromHex('0102'));
  });
});

describe('an integer of a million octets', () => {
  it('is read in time that grows with its length', () => {
    const spent = processorTime();
    const huge = integerValue(readDer(derValue(0x02, new Uint8Array(1_000_000).fill(0x55))));
    expect(huge > 0n).toBe(true);
    expect(spent()).toBeLessThan(2000);
  });
});
