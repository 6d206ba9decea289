import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../bytes/utf8.ts';
import { readDer } from './reader.ts';
import { derTag } from './tags.ts';
import { timeValue } from './time.ts';
import { derGeneralizedTime, derTime, derValue } from './writer.ts';

const utc = (text: string): Date => timeValue(readDer(derValue(derTag.utcTime, utf8Encode(text))));
const generalized = (text: string): Date => timeValue(readDer(derValue(derTag.generalizedTime, utf8Encode(text))));

describe('times', () => {
  it('turn two digits of a year at 50', () => {
    expect(utc('491231235959Z').toISOString()).toBe('2049-12-31T23:59:59.000Z');
    expect(utc('500101000000Z').toISOString()).toBe('1950-01-01T00:00:00.000Z');
    expect(utc('000229120000Z').toISOString()).toBe('2000-02-29T12:00:00.000Z');
  });

  it('reach from year 0 to 9999', () => {
    expect(generalized('00500101000000Z').toISOString()).toBe('0050-01-01T00:00:00.000Z');
    expect(generalized('99991231235959Z').toISOString()).toBe('9999-12-31T23:59:59.000Z');
  });

  it('are written as UTCTime up to 2049 and read back', () => {
    const whole = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(whole, (date) => {
        const seconds = new Date(Math.floor(date.getTime() / 1000) * 1000);
        expect(timeValue(readDer(derTime(seconds)))).toEqual(seconds);
        expect(timeValue(readDer(derGeneralizedTime(seconds)))).toEqual(seconds);
      }),
    );
    expect(derTime(new Date('2049-12-31T23:59:59Z'))[0]).toBe(derTag.utcTime);
    expect(derTime(new Date('2050-01-01T00:00:00Z'))[0]).toBe(derTag.generalizedTime);
    expect(derTime(new Date('1949-12-31T23:59:59Z'))[0]).toBe(derTag.generalizedTime);
    expect(() => derTime(new Date(Number.NaN))).toFailWith('ERR_DER_VALUE_INVALID');
  });

  it('refuse every other form and days that do not exist', () => {
    const utcTexts = [
      '2101010000Z',
      '210101000000',
      '210101000000+0800',
      '21010100000aZ',
      '211301000000Z',
      '210001000000Z',
    ];
    for (const text of [
      ...utcTexts,
      '210229000000Z',
      '210431000000Z',
      '210100000000Z',
      '210101240000Z',
      '210101006000Z',
      '210101000060Z',
      '',
    ])
      expect(() => utc(text), text).toFailWith('ERR_DER_VALUE_INVALID');
    for (const text of [
      '20210101000000.5Z',
      '20210101000000',
      '210101000000Z',
      '20210101000000+0000',
      '2021 101000000Z',
      '19000229000000Z',
    ])
      expect(() => generalized(text), text).toFailWith('ERR_DER_VALUE_INVALID');
    expect(() => timeValue(readDer(derValue(derTag.integer, Uint8Array.of(1))))).toFailWith('ERR_DER_TAG_UNEXPECTED');
  });
});
