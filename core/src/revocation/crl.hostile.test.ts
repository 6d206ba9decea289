import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { ownCertificate } from '../../test/support/certificates.ts';
import { extension, general, keyRing, name } from '../../test/support/test-ca.ts';
import { type CrlSpec, delta, distributionPoints, makeCrl, scope } from '../../test/support/test-crl.ts';
import {
  derBitString,
  derExplicit,
  derInteger,
  derNull,
  derOid,
  derSequence,
  derTag,
  derTime,
  derValue,
  derValueOf,
  oids,
} from '../asn1/index.ts';
import { isCodedError } from '../errors/index.ts';
import { parseCertificateList } from './crl.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const issuer = { name: name('root'), key: key('root') };
const crl = (spec: Partial<CrlSpec> = {}): Uint8Array => makeCrl({ issuer, ...spec }, ops);
const time = derTime(new Date('2026-01-01T00:00:00Z'));
const algorithm = derSequence(derOid(oids.sha256WithRsaEncryption), derNull());

/** A list around these raw entries; its signature is no signature. */
function around(entries: Uint8Array, ...rest: readonly Uint8Array[]): Uint8Array {
  const tbs = derSequence(derInteger(1), algorithm, issuer.name, time, derValue(derTag.sequence, entries), ...rest);
  return derSequence(tbs, algorithm, derBitString(Uint8Array.of(1)));
}

const raw = (...octets: readonly number[]): Uint8Array => Uint8Array.from(octets);
const entry = (...parts: readonly Uint8Array[]): Uint8Array => derSequence(...parts);

describe('a malformed list', () => {
  const rich = crl({
    entries: [
      { serial: 1, reason: 1, invalidity: new Date('2025-01-01') },
      { serial: 2n ** 100n, issuer: name('other') },
    ],
    extensions: [scope({ names: [general.uri('http://a')], indirect: true, reasons: [1] }), delta(1)],
  });

  it('is refused with a code wherever it is cut', () => {
    for (let length = 0; length < rich.length; length++)
      expect(() => parseCertificateList(rich.subarray(0, length))).toFailWith('ERR_DER_TRUNCATED');
  });

  it('is refused with a code, or read, whichever bit is flipped', () => {
    const outcomes = { read: 0, refused: 0 };
    for (let bit = 0; bit < rich.length * 8; bit++) {
      const bytes = Uint8Array.from(rich);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        parseCertificateList(bytes);
        outcomes.read++;
      } catch (error) {
        if (!isCodedError(error)) throw error;
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(100);
  });

  it.each([
    ['an entry that is no SEQUENCE', raw(0x31, 3, 2, 1, 1), 'ERR_DER_TAG_UNEXPECTED'],
    ['an entry without anything', raw(0x30, 0), 'ERR_DER_TRUNCATED'],
    ['an entry without a time', entry(derInteger(1)), 'ERR_DER_TRUNCATED'],
    ['a serial number that is no INTEGER', entry(raw(4, 1, 1), time), 'ERR_DER_TAG_UNEXPECTED'],
    ['an empty serial number', entry(raw(2, 0), time), 'ERR_DER_VALUE_INVALID'],
    ['a serial number with a zero too many', entry(raw(2, 2, 0, 1), time), 'ERR_DER_VALUE_INVALID'],
    ['a negative serial number with an octet too many', entry(raw(2, 2, 0xff, 0x80), time), 'ERR_DER_VALUE_INVALID'],
    ['a serial number of 65 octets', entry(derInteger(2n ** 512n), time), 'ERR_DER_LIMIT_EXCEEDED'],
    ['a serial number longer than its entry', raw(0x30, 3, 2, 9, 1), 'ERR_DER_TRUNCATED'],
    ['a length of indefinite form', raw(0x30, 0x80, 0, 0), 'ERR_DER_LENGTH_INVALID'],
    ['a length written too long', raw(0x30, 0x81, 5, 2, 1, 1, 5, 0), 'ERR_DER_LENGTH_INVALID'],
    ['a length of four gigabytes', raw(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), 'ERR_DER_TRUNCATED'],
    ['a length of five octets', raw(0x30, 0x85, 1, 0, 0, 0, 0), 'ERR_DER_LENGTH_INVALID'],
    ['a time without seconds', entry(derInteger(1), derValue(0x17, ascii('2601010000Z'))), 'ERR_DER_VALUE_INVALID'],
    ['a time with an offset', entry(derInteger(1), derValue(0x17, ascii('260101000000+'))), 'ERR_DER_VALUE_INVALID'],
    ['30 February', entry(derInteger(1), derValue(0x17, ascii('260230000000Z'))), 'ERR_DER_VALUE_INVALID'],
    ['29 February 2100', entry(derInteger(1), derValue(0x18, ascii('21000229000000Z'))), 'ERR_DER_VALUE_INVALID'],
    ['a time that is text', entry(derInteger(1), derValue(0x0c, ascii('260101000000Z'))), 'ERR_DER_TAG_UNEXPECTED'],
    ['something behind the extensions', entry(derInteger(1), time, plainReason(1), derNull()), 'ERR_DER_TRAILING_DATA'],
    ['extensions without any', entry(derInteger(1), time, derSequence()), 'ERR_REVOCATION_MALFORMED'],
    ['a reason that is an INTEGER', entry(derInteger(1), time, reasonOf(derInteger(1))), 'ERR_DER_TAG_UNEXPECTED'],
    ['a negative reason', entry(derInteger(1), time, reasonOf(raw(10, 1, 0xff))), 'ERR_DER_VALUE_INVALID'],
    ['a reason twice', entry(derInteger(1), time, twice(plainReason(1))), 'ERR_X509_EXTENSION_DUPLICATE'],
  ] as const)('with %s is refused', (_, bytes, code) => {
    expect(() => parseCertificateList(around(bytes))).toFailWith(code);
    // Not only in the first place.
    const good = entry(derInteger(7), time);
    expect(() => parseCertificateList(around(Uint8Array.from([...good, ...bytes])))).toFailWith(code);
  });

  it.each([
    ['version 3', crl({ version: 2 }), 'ERR_REVOCATION_MALFORMED'],
    ['extensions in version 1', crl({ version: 0, extensions: [delta(1)] }), 'ERR_REVOCATION_MALFORMED'],
    [
      'entry extensions in version 1',
      crl({ version: 0, entries: [{ serial: 1, reason: 1 }] }),
      'ERR_REVOCATION_MALFORMED',
    ],
    [
      'a scope with two kinds of certificates',
      crl({
        extensions: [
          extension(oids.issuingDistributionPoint, true, derSequence(raw(0x81, 1, 0xff), raw(0x82, 1, 0xff))),
        ],
      }),
      'ERR_REVOCATION_MALFORMED',
    ],
    [
      'a number twice',
      crl({ extensions: [extension(oids.crlNumber, false, derInteger(2))] }),
      'ERR_X509_EXTENSION_DUPLICATE',
    ],
    ['a negative number', crl({ number: -1 }), 'ERR_REVOCATION_MALFORMED'],
    [
      'distribution points for a scope',
      crl({
        extensions: [extension(oids.issuingDistributionPoint, true, distributionPoints({ names: [general.uri('a')] }))],
      }),
      'ERR_DER_TRAILING_DATA',
    ],
    ['something behind its extensions', around(new Uint8Array(0), derNull()), 'ERR_DER_TRAILING_DATA'],
    ['nothing in its extensions', around(new Uint8Array(0), derExplicit(0, derSequence())), 'ERR_REVOCATION_MALFORMED'],
  ] as const)('with %s is refused', (_, bytes, code) => {
    expect(() => parseCertificateList(bytes)).toFailWith(code);
  });

  it('is a certificate, a private key, or nothing', () => {
    expect(() => parseCertificateList(ownCertificate('rsa/leaf').der)).toFailWith('ERR_DER_TAG_UNEXPECTED');
    expect(() => parseCertificateList(key('root').privateKey.pkcs8)).toFailWith('ERR_DER_TAG_UNEXPECTED');
    expect(() => parseCertificateList(new Uint8Array(0))).toFailWith('ERR_DER_TRUNCATED');
  });
});

describe('a large list', () => {
  it('of ten megabytes of junk is refused at once', () => {
    for (const filler of [0x00, 0x30, 0xff]) {
      const junk = new Uint8Array(10 * 1024 * 1024).fill(filler);
      const spent = processorTime();
      expect(() => parseCertificateList(junk)).toThrow();
      expect(() => parseCertificateList(around(junk))).toThrow();
      expect(spent()).toBeLessThan(1000);
    }
  });

  it('is bounded by its length alone, and that is limited', () => {
    const limits = { maxLength: 1000, maxDepth: 32, maxNodes: 100 };
    const entries = Array.from({ length: 100 }, (_, serial) => ({ serial }));
    expect(() => parseCertificateList(crl({ entries }), limits)).toFailWith('ERR_DER_LIMIT_EXCEEDED');
    expect(parseCertificateList(crl({ entries }), { ...limits, maxLength: 10_000 }).entryCount).toBe(100);
  });

  it('of entries with one number, or of numbers made to meet, is searched within bounds', () => {
    const one = entry(derInteger(5), time, plainReason(8));
    const same = derValueOf(
      derTag.sequence,
      Array.from({ length: 100_000 }, () => one),
    ).subarray(4);
    const spent = processorTime();
    const list = parseCertificateList(around(same.subarray(same.length - one.length * 100_000)));
    expect(list.entryCount).toBe(100_000);
    expect(list.entries.find(raw(5), list.issuer)?.reason).toBe('removeFromCRL');
    expect(list.entries.find(raw(6), list.issuer)).toBeUndefined();
    expect(spent()).toBeLessThan(2000);
  });
});

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function reasonOf(value: Uint8Array): Uint8Array {
  return derSequence(extension(oids.crlReason, false, value));
}

function plainReason(code: number): Uint8Array {
  return reasonOf(raw(10, 1, code));
}

/** SEQUENCE { x } → SEQUENCE { x, x }. */
function twice(sequence: Uint8Array): Uint8Array {
  const content = sequence.subarray(2);
  return derSequence(content, content);
}
