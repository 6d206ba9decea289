import { describe, expect, it } from 'vitest';
import { maskDocumentNumber, maskPersonalNumbers } from './mask-personal-numbers.ts';

describe('masking', () => {
  it.each([
    ['CN=张三@520102199003071234,O=某公司', 'CN=张三@5201**********1234,O=某公司'],
    ['SF52010219900307123X', 'SF5201**********123X'],
    ['serialNumber=520102900307123', 'serialNumber=5201********123'],
    ['外国人永久居留 999999199001010016', '外国人永久居留 9999**********0016'],
    ['电话 13812345678。', '电话 138****5678。'],
  ])('hides the middle of %s', (text, masked) => {
    expect(maskPersonalNumbers(text)).toBe(masked);
  });

  it.each([
    ['a unified social credit code', '91520115MA6DLR4K8X'],
    ['one that is digits alone and reads like a date of birth', '911101190512150012'],
    ['a number of 20 digits', '12345678901234567890'],
    ['an impossible month', '520102199013071234'],
    ['an OID', '1.2.156.10260.4.1.1'],
    ['a digest with a run of digits like a telephone number', `anchor sm3:ab13812345678${'c'.repeat(51)}`],
    ['a digest with a run of digits like an identity number', `sha256:a520102199003071234${'c'.repeat(45)}`],
  ])('leaves %s alone', (_what, text) => {
    expect(maskPersonalNumbers(text)).toBe(text);
  });

  it('hides what stands beside a digest', () => {
    const digest = `sm3:${'ab'.repeat(32)}`;
    expect(maskPersonalNumbers(`13812345678 ${digest} 13812345678`)).toBe(`138****5678 ${digest} 138****5678`);
  });

  it('goes through every text of a value and keeps its shape', () => {
    const value = {
      subject: 'CN=520102199003071234',
      list: ['520102199003071234', 7, null, true],
      serialNumber: '520102199003071234',
    };
    expect(maskPersonalNumbers(value)).toEqual({
      subject: 'CN=5201**********1234',
      list: ['5201**********1234', 7, null, true],
      serialNumber: '520102199003071234',
    });
  });

  it('hides document numbers of every kind', () => {
    expect(maskDocumentNumber('E12345678')).toBe('E1*****78');
    expect(maskDocumentNumber('1234567')).toBe('*******');
  });
});
