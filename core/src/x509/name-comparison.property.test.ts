import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derOid, derSequence, derSetOf, derTag, derValue, oids, readDer } from '../asn1/index.ts';
import { utf8Encode } from '../bytes/index.ts';
import { type Name, parseName } from './name.ts';
import { nameKey, sameName } from './name-comparison.ts';

const tags = [derTag.utf8String, derTag.printableString, derTag.ia5String, derTag.teletexString, derTag.bmpString];

/** Pieces that meet in names, and such as string preparation changes: case, spaces, width, composition, what it maps to nothing. */
const pieces = [
  'a',
  'A',
  'b',
  'ß',
  ' ',
  '  ',
  '\u3000',
  'é',
  'e',
  '\u0301',
  '\u00ad',
  'ﬁ',
  'f',
  'i',
  'İ',
  'K',
  'k',
  '根',
  '锁',
  '１',
  '1',
];
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''));

const nameOf = (value: string, tag: number): Name => {
  const content =
    tag === derTag.bmpString ? Uint8Array.from([...Buffer.from(value, 'utf16le').swap16()]) : utf8Encode(value);
  return parseName(readDer(derSequence(derSetOf(derSequence(derOid(oids.commonName), derValue(tag, content))))));
};

describe('comparing names', () => {
  it('agrees with comparing them prepared, whatever the texts and their types', () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom(...tags), fc.constantFrom(...tags), (a, b, tagOfA, tagOfB) => {
        const [one, other] = [nameOf(a, tagOfA), nameOf(b, tagOfB)];
        expect(sameName(one, other)).toBe(nameKey(one) === nameKey(other));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['OneLock', 'ONELOCK', true],
    ['One  Lock', 'one lock', true],
    [' One', 'One', true],
    ['根 CA', '根 ca', true],
    ['根 CA', '锁 CA', false],
    ['One', 'One2', false],
    ['OneLock', 'One Lock', false],
  ])('%s and %s: %s', (a, b, same) => {
    for (const tag of [derTag.utf8String, derTag.bmpString])
      expect(sameName(nameOf(a, derTag.utf8String), nameOf(b, tag))).toBe(same);
  });
});
