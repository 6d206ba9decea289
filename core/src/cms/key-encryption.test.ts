import {
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  oids,
  readDer,
} from '@onelock/core/asn1';
import type { KeyEncryption } from '@onelock/core/crypto';
import { describe, expect, it } from 'vitest';
import { encodeKeyEncryption, parseKeyEncryption } from './key-encryption.ts';

const schemeOf = (der: Uint8Array): KeyEncryption | undefined => parseKeyEncryption(readDer(der)).scheme;
const oaep = (...fields: readonly Uint8Array[]): Uint8Array =>
  derSequence(derOid(oids.rsaesOaep), derSequence(...fields));
const digest = (oid: string): Uint8Array => derSequence(derOid(oid), derNull());
const labelled = (...octets: readonly Uint8Array[]): Uint8Array =>
  derExplicit(2, derSequence(derOid(oids.pSpecified), ...octets));

describe('how a content key was encrypted', () => {
  it.each<KeyEncryption>([
    { kind: 'rsa-pkcs1v15' },
    { kind: 'sm2' },
    { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' },
    { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha1' },
    { kind: 'rsa-oaep', digest: 'sha1', mgf1Digest: 'sha512', label: Uint8Array.of(1, 2) },
  ])('reads again what it writes: $kind', (scheme) => {
    expect(schemeOf(encodeKeyEncryption(scheme))).toEqual(scheme);
  });

  it('takes SHA-1 and an empty label where nothing is said', () => {
    const sha1 = { kind: 'rsa-oaep', digest: 'sha1', mgf1Digest: 'sha1' };
    expect(schemeOf(oaep())).toEqual(sha1);
    expect(schemeOf(derSequence(derOid(oids.rsaesOaep)))).toEqual(sha1);
    expect(schemeOf(oaep(labelled()))).toEqual(sha1);
    expect(schemeOf(oaep(labelled(derOctetString(new Uint8Array(0)))))).toEqual(sha1);
    expect(schemeOf(oaep(derExplicit(0, digest(oids.sha256))))).toEqual({ ...sha1, digest: 'sha256' });
  });

  it('knows no other source of a label, mask or digest', () => {
    const otherSource = derExplicit(2, derSequence(derOid(oids.mgf1), derOctetString(Uint8Array.of(1))));
    const otherMask = derExplicit(1, derSequence(derOid(oids.sha256), digest(oids.sha256)));
    for (const field of [otherSource, otherMask, derExplicit(0, digest(oids.md5))])
      expect(schemeOf(oaep(field))).toBeUndefined();
  });

  it('refuses what comes after a label', () => {
    const label = labelled(derOctetString(Uint8Array.of(1)), derInteger(1));
    expect(() => schemeOf(oaep(label))).toThrow(expect.objectContaining({ code: expect.stringMatching(/^ERR_DER_/) }));
  });
});
