import { describe, expect, it } from 'vitest';
import { sm2Pkcs8, sm2Pkcs8With } from '../../test/crypto/sm2-keys.ts';
import { oids } from '../asn1/oid-registry.ts';
import { derInteger, derNull, derOctetString, derOid, derSequence } from '../asn1/writer.ts';
import { concatBytes } from '../bytes/compare.ts';
import { curves } from './curves.ts';
import { integerToBytes } from './integer.ts';
import { createNodeCrypto } from './node.ts';
import { parsePrivateKey } from './private-key.ts';

const scalar = (value: bigint): Uint8Array => integerToBytes(value, 32);
const { n } = curves.sm2;

describe('parsePrivateKey', () => {
  it('accepts SM2 scalars from 1 to n − 2 and nothing beyond', () => {
    for (const value of [1n, 2n, 1n << 200n, n - 2n]) expect(parsePrivateKey(sm2Pkcs8(scalar(value))).kind).toBe('sm2');
    for (const value of [0n, n - 1n, n, n + 1n, (1n << 256n) - 1n])
      expect(() => parsePrivateKey(sm2Pkcs8(scalar(value)))).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('accepts n − 1 for P-256, where it is a key like any other', () => {
    const p256 = (value: bigint): Uint8Array =>
      derSequence(
        derInteger(0),
        derSequence(derOid(oids.ecPublicKey), derOid(oids.p256)),
        derOctetString(derSequence(derInteger(1), derOctetString(scalar(value)))),
      );
    expect(parsePrivateKey(p256(curves.p256.n - 1n)).kind).toBe('ec');
    expect(() => parsePrivateKey(p256(curves.p256.n))).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('refuses a public point that is not on the curve', () => {
    const point = concatBytes(Uint8Array.of(4), scalar(1n), scalar(1n));
    expect(() => parsePrivateKey(sm2Pkcs8With(scalar(5n), point))).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('refuses what it does not do, by name', () => {
    const other = (...algorithm: readonly Uint8Array[]): Uint8Array =>
      derSequence(derInteger(0), derSequence(...algorithm), derOctetString(derOctetString(scalar(1n))));
    expect(() => parsePrivateKey(other(derOid(oids.ed25519)))).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    expect(() => parsePrivateKey(other(derOid(oids.ecPublicKey), derOid('1.3.132.0.10')))).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
    expect(() => parsePrivateKey(other(derOid(oids.ecPublicKey)))).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
  });

  it('refuses malformed structures with a code and never keeps a changed copy', () => {
    const good = sm2Pkcs8(scalar(5n));
    expect(parsePrivateKey(good).pkcs8).toBe(good);
    expect(() => parsePrivateKey(concatBytes(good, Uint8Array.of(0)))).toFailWith('ERR_DER_TRAILING_DATA');
    const rsa = (...numbers: readonly Uint8Array[]): Uint8Array =>
      derSequence(
        derInteger(0),
        derSequence(derOid(oids.rsaEncryption), derNull()),
        derOctetString(derSequence(...numbers)),
      );
    const eight = Array.from({ length: 8 }, () => derInteger(3));
    expect(parsePrivateKey(rsa(derInteger(0), ...eight)).kind).toBe('rsa');
    expect(() => parsePrivateKey(rsa(derInteger(1), ...eight))).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => parsePrivateKey(rsa(derInteger(0), ...eight.slice(1)))).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => parsePrivateKey(rsa(derInteger(0), derInteger(0), ...eight.slice(1)))).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });

  it('lets the engine refuse a key that only looks like one', () => {
    const ops = createNodeCrypto();
    const eight = Array.from({ length: 8 }, () => derInteger(3));
    const pkcs8 = derSequence(
      derInteger(0),
      derSequence(derOid(oids.rsaEncryption), derNull()),
      derOctetString(derSequence(derInteger(0), ...eight)),
    );
    const key = parsePrivateKey(pkcs8);
    expect(() => ops.sign(key, { kind: 'rsa-pkcs1v15', digest: 'sha256' }, new Uint8Array(1))).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });
});
