import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/hex.ts';
import { decodeOid, encodeOid, oidValue } from './object-identifier.ts';
import { type OidName, oidName, oids } from './oid-registry.ts';
import { readDer } from './reader.ts';
import { derOid } from './writer.ts';

describe('object identifiers', () => {
  it('encode to the octets that the GM standards print', () => {
    expect(toHex(derOid(oids.sm2))).toBe('06082a811ccf5501822d');
    expect(toHex(derOid(oids.sm2Sign))).toBe('06092a811ccf5501822d01');
    expect(toHex(derOid(oids.sm2WithSm3))).toBe('06082a811ccf55018375');
    expect(toHex(derOid(oids.sm3))).toBe('06082a811ccf55018311');
    expect(toHex(derOid(oids.sm4Cbc))).toBe('06082a811ccf55016802');
    expect(toHex(derOid(oids.gmSignedData))).toBe('060a2a811ccf550601040202');
    expect(toHex(derOid(oids.ecPublicKey))).toBe('06072a8648ce3d0201');
  });

  it('are not remembered by memory that is used again', () => {
    const [first, second] = ['1.2.156.10197.200', '1.2.156.10197.297']; // neighbours in the memory of identifiers
    const buffer = Buffer.from(derOid(first));
    expect(oidValue(readDer(buffer))).toBe(first);
    buffer.set(derOid(second));
    expect(oidValue(readDer(derOid(second)))).toBe(second);
  });

  it('read back whatever was written, with arcs of any size', () => {
    const arcs = fc.array(fc.bigInt({ min: 0n, max: 1n << 100n }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(2), fc.nat(39), arcs, (root, second, rest) => {
        const dotted = [root, second, ...rest].join('.');
        expect(decodeOid(encodeOid(dotted))).toBe(dotted);
      }),
    );
    for (const dotted of ['2.999.1', '2.40', '2.18446744073709551616', '0.39', '1.39.9007199254740993'])
      expect(decodeOid(encodeOid(dotted))).toBe(dotted);
  });

  it('refuse texts that are none', () => {
    for (const text of ['', '1', '3.1', '1.40', '0.40.1', '1.02', '1..2', '1.2.', '1.2 ', '-1.2', '1.a'])
      expect(() => encodeOid(text)).toFailWith('ERR_DER_VALUE_INVALID');
  });

  it('refuse contents of unreasonable length', () => {
    expect(decodeOid(new Uint8Array(65).fill(1))).toBeUndefined();
  });

  it('stand in one table that reads both ways', () => {
    const names = Object.keys(oids) as OidName[];
    for (const name of names) {
      expect(oidName(oids[name])).toBe(name);
      expect(oidValue(readDer(derOid(oids[name])))).toBe(oids[name]);
    }
    expect(new Set(Object.values(oids)).size).toBe(names.length);
    expect(oidName('1.2.156.10197.501')).toBeUndefined();
  });
});
