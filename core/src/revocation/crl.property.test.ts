import { createNodeCrypto } from '@onelock/core/crypto/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyRing, name } from '../../test/support/test-ca.ts';
import { type EntrySpec, makeCrl } from '../../test/support/test-crl.ts';
import { derInteger } from '../asn1/index.ts';
import { isCodedError } from '../errors/index.ts';
import { parseCertificateList } from './crl.ts';
import { SerialIndex, serialDigest } from './serial-index.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const root = { name: name('root'), key: key('root') };
const list = (entries: readonly EntrySpec[]) => parseCertificateList(makeCrl({ issuer: root, entries }, ops));
const contents = (serial: bigint): Uint8Array => derInteger(serial).subarray(2);

const serials = fc.uniqueArray(fc.bigInt({ min: -(2n ** 159n), max: 2n ** 159n }), { maxLength: 60 });
const entry = fc.record({
  reason: fc.option(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 8, 9, 10), { nil: undefined }),
  at: fc.date({ min: new Date('1951-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
  invalidity: fc.option(fc.date({ min: new Date('1951-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }), {
    nil: undefined,
  }),
});
const toSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

describe('a list', () => {
  it('gives back every entry that was put in, and no other', () => {
    fc.assert(
      fc.property(serials, fc.array(entry, { minLength: 60, maxLength: 60 }), serials, (inside, rests, outside) => {
        const entries = inside.map((serial, index) => ({ serial, ...rests[index] }) as EntrySpec);
        const parsed = list(entries);
        expect(parsed.entryCount).toBe(inside.length);
        for (const spec of entries) {
          const found = parsed.entries.find(contents(BigInt(spec.serial)), parsed.issuer);
          expect(found?.revocationDate).toEqual(spec.at && toSecond(spec.at));
          expect(found?.invalidityDate).toEqual(spec.invalidity && toSecond(spec.invalidity));
        }
        for (const serial of outside) {
          if (!inside.includes(serial)) expect(parsed.entries.find(contents(serial), parsed.issuer)).toBeUndefined();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is read or refused with a code, whatever its bytes', () => {
    const valid = makeCrl({ issuer: root, entries: [{ serial: 1, reason: 1 }, { serial: 2 }] }, ops);
    const change = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = Uint8Array.from(valid);
        for (const [place, octet] of changes) bytes[place] = octet;
        try {
          parseCertificateList(bytes);
        } catch (error) {
          if (!isCodedError(error)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the index', () => {
  it('finds the places of each digest in the order of the list, whatever the digests', () => {
    const words = fc.array(fc.tuple(fc.constantFrom(0, 1, 7, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat()), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(words, (pairs) => {
        const index = new SerialIndex(pairs.length);
        for (const [digest, place] of pairs) index.add(digest, place);
        index.sort();
        for (const digest of [0, 1, 2, 7, 0x7fffffff, 0x80000000, 0xffffffff]) {
          const places = pairs.filter((pair) => pair[0] === digest).map((pair) => pair[1]);
          expect([...index.places(digest)]).toEqual(places.sort((a, b) => a - b));
        }
      }),
    );
  });

  it('digests the bytes between two places', () => {
    const bytes = Uint8Array.of(9, 1, 2, 3, 9);
    expect(serialDigest(bytes, 1, 4)).toBe(serialDigest(Uint8Array.of(1, 2, 3), 0, 3));
    expect(serialDigest(bytes, 0, 0)).toBe(0x811c9dc5);
  });
});
