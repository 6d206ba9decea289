import { describe, expect, it } from 'vitest';
import { oids } from '../asn1/oid-registry.ts';
import { readDer } from '../asn1/reader.ts';
import { derExplicit, derInteger, derNull, derOctetString, derOid, derSequence } from '../asn1/writer.ts';
import { parseAlgorithmIdentifier } from './algorithm-identifier.ts';
import { createNodeCrypto } from './node.ts';
import { type PublicKey, sm2DefaultUserId } from './ops.ts';
import { parseSignatureAlgorithm } from './signature-algorithm.ts';

const ops = createNodeCrypto();
const sm2 = ops.generateKeyPair({ kind: 'sm2' }).publicKey;
const p256 = ops.generateKeyPair({ kind: 'ec', curve: 'p256' }).publicKey;
const rsa = ops.generateKeyPair({ kind: 'rsa', bits: 2048 }).publicKey;
const ed25519: PublicKey = { kind: 'ed25519', spki: new Uint8Array(0) };
const unsupported: PublicKey = { kind: 'unsupported', spki: new Uint8Array(0), algorithm: 'dsa' };
const identifier = (oid: string, ...parameters: readonly Uint8Array[]): Uint8Array =>
  derSequence(derOid(oid), ...parameters);

describe('parseSignatureAlgorithm', () => {
  it('takes the default user id for SM2 unless told another, the empty one included', () => {
    const der = identifier(oids.sm2WithSm3);
    expect(parseSignatureAlgorithm(der, sm2)).toEqual({ kind: 'sm2-sm3', userId: sm2DefaultUserId });
    const empty = new Uint8Array(0);
    expect(parseSignatureAlgorithm(der, sm2, empty)).toEqual({ kind: 'sm2-sm3', userId: empty });
    expect(new TextDecoder().decode(sm2DefaultUserId)).toBe('1234567812345678');
  });

  it('reads bytes, a node and a parsed identifier alike', () => {
    const der = identifier(oids.sm2WithSm3, derNull());
    const expected = { kind: 'sm2-sm3', userId: sm2DefaultUserId };
    expect(parseSignatureAlgorithm(der, sm2)).toEqual(expected);
    expect(parseSignatureAlgorithm(readDer(der), sm2)).toEqual(expected);
    expect(parseSignatureAlgorithm(parseAlgorithmIdentifier(readDer(der)), sm2)).toEqual(expected);
  });

  it('lets the key decide what an ambiguous identifier means', () => {
    for (const oid of [oids.sm2WithSm3, oids.sm2Sign, oids.sm2])
      expect(parseSignatureAlgorithm(identifier(oid), sm2).kind).toBe('sm2-sm3');
    for (const oid of [oids.rsaWithSm3, oids.rsaWithSm3Old])
      expect(parseSignatureAlgorithm(identifier(oid, derNull()), rsa)).toEqual({ kind: 'rsa-pkcs1v15', digest: 'sm3' });
    for (const oid of [oids.rsaWithSm3, oids.rsaWithSm3Old])
      expect(() => parseSignatureAlgorithm(identifier(oid), sm2)).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
  });

  it('never crosses SM2, ECDSA, RSA and Edwards keys', () => {
    const own: readonly (readonly [PublicKey, string])[] = [
      [sm2, oids.sm2WithSm3],
      [p256, oids.ecdsaWithSha256],
      [rsa, oids.sha256WithRsaEncryption],
      [ed25519, oids.ed25519],
    ];
    for (const [key, oid] of own) {
      expect(() => parseSignatureAlgorithm(identifier(oid), key)).not.toThrow();
      for (const [other] of own)
        if (other !== key)
          expect(() => parseSignatureAlgorithm(identifier(oid), other)).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    }
  });

  it('names what it cannot do', () => {
    expect(() => parseSignatureAlgorithm(identifier(oids.md5WithRsaEncryption, derNull()), rsa)).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
    expect(() => parseSignatureAlgorithm(identifier('1.2.156.10197.501'), sm2)).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
    expect(() => parseSignatureAlgorithm(identifier(oids.sha256WithRsaEncryption), unsupported)).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
  });

  it('refuses parameters where the standards allow none', () => {
    for (const [key, oid] of [
      [p256, oids.ecdsaWithSha256],
      [ed25519, oids.ed25519],
    ] as const)
      expect(() => parseSignatureAlgorithm(identifier(oid, derNull()), key)).toFailWith(
        'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
      );
    for (const [key, oid] of [
      [rsa, oids.sha256WithRsaEncryption],
      [sm2, oids.sm2WithSm3],
    ] as const)
      expect(() => parseSignatureAlgorithm(identifier(oid, derOctetString(new Uint8Array(1))), key)).toFailWith(
        'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
      );
    expect(() => parseSignatureAlgorithm(derSequence(derOid(oids.sm2WithSm3), derNull(), derNull()), sm2)).toFailWith(
      'ERR_DER_TRAILING_DATA',
    );
  });
});

describe('RSA-PSS parameters', () => {
  const digest = (oid: string): Uint8Array => derSequence(derOid(oid), derNull());
  const mask = (oid: string): Uint8Array => derSequence(derOid(oids.mgf1), digest(oid));
  const pss = (...fields: readonly Uint8Array[]): Uint8Array => identifier(oids.rsassaPss, derSequence(...fields));

  it('have the defaults of RFC 8017 when empty, and are demanded', () => {
    expect(parseSignatureAlgorithm(pss(), rsa)).toEqual({
      kind: 'rsa-pss',
      digest: 'sha1',
      mgf1Digest: 'sha1',
      saltLength: 20,
    });
    expect(() => parseSignatureAlgorithm(identifier(oids.rsassaPss), rsa)).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
  });

  it('are read one by one', () => {
    const fields = [
      derExplicit(0, digest(oids.sha256)),
      derExplicit(1, mask(oids.sha384)),
      derExplicit(2, derInteger(7)),
      derExplicit(3, derInteger(1)),
    ];
    expect(parseSignatureAlgorithm(pss(...fields), rsa)).toEqual({
      kind: 'rsa-pss',
      digest: 'sha256',
      mgf1Digest: 'sha384',
      saltLength: 7,
    });
  });

  it('are refused with an unknown digest, mask or trailer', () => {
    for (const field of [
      derExplicit(0, digest(oids.md5)),
      derExplicit(1, digest(oids.sha256)),
      derExplicit(3, derInteger(2)),
    ])
      expect(() => parseSignatureAlgorithm(pss(field), rsa)).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    expect(() => parseSignatureAlgorithm(pss(derExplicit(2, derInteger(-1))), rsa)).toFailWith('ERR_DER_VALUE_INVALID');
    expect(() => parseSignatureAlgorithm(pss(derExplicit(2, derInteger(100_000))), rsa)).toFailWith(
      'ERR_DER_VALUE_INVALID',
    );
  });

  it('of a PSS key bind its signatures', () => {
    if (rsa.kind !== 'rsa') throw new TypeError('an RSA key was asked for');
    const bound: PublicKey = { ...rsa, pss: { digest: 'sha256', mgf1Digest: 'sha256', saltLength: 32 } };
    expect(() => parseSignatureAlgorithm(identifier(oids.sha256WithRsaEncryption, derNull()), bound)).toFailWith(
      'ERR_SIGNATURE_ALGORITHM_MISMATCH',
    );
    const verify = (saltLength: number, hash: 'sha1' | 'sha256') => () =>
      ops.verify(
        bound,
        { kind: 'rsa-pss', digest: hash, mgf1Digest: hash, saltLength },
        new Uint8Array(1),
        new Uint8Array(256),
      );
    expect(verify(32, 'sha256')()).toBe(false);
    expect(verify(31, 'sha256')).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    expect(verify(32, 'sha1')).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    expect(() =>
      ops.verify(bound, { kind: 'rsa-pkcs1v15', digest: 'sha256' }, new Uint8Array(1), new Uint8Array(256)),
    ).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
  });
});
