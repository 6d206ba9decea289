import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { oids } from '../asn1/oid-registry.ts';
import { derBitString, derInteger, derNull, derOctetString, derOid, derSequence } from '../asn1/writer.ts';
import { concatBytes } from '../bytes/compare.ts';
import { fromHex } from '../bytes/hex.ts';
import { createNodeCrypto } from './node.ts';
import type { KeyKind } from './ops.ts';
import { parsePublicKey } from './public-key.ts';

const ops = createNodeCrypto();
const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
const sm2Point = fromHex(
  '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
);
const sm2Spki = derSequence(derSequence(derOid(oids.ecPublicKey), derOid(oids.sm2)), derBitString(sm2Point));

const rsaSpki = (modulus: bigint, exponent: bigint, parameters: Uint8Array = derNull()): Uint8Array =>
  derSequence(
    derSequence(derOid(oids.rsaEncryption), parameters),
    derBitString(derSequence(derInteger(modulus), derInteger(exponent))),
  );

describe('parsePublicKey', () => {
  it('reads every kind of key the engine makes', () => {
    const kinds: readonly KeyKind[] = [
      { kind: 'sm2' },
      { kind: 'ec', curve: 'p256' },
      { kind: 'ec', curve: 'p384' },
      { kind: 'ec', curve: 'p521' },
      { kind: 'rsa', bits: 2048 },
    ];
    for (const kind of kinds) {
      const { publicKey, privateKey } = ops.generateKeyPair(kind);
      expect(publicKey).toMatchObject(
        kind.kind === 'rsa' ? { kind: 'rsa', modulusBits: 2048, publicExponent: 65537n } : kind,
      );
      expect(privateKey.kind).toBe(kind.kind);
    }
  });

  it('reads Edwards keys and counts the bits of an RSA key', () => {
    const read = (type: 'ed25519' | 'ed448'): string =>
      parsePublicKey(
        (type === 'ed25519'
          ? generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding: { type: 'pkcs8', format: 'der' } })
          : generateKeyPairSync('ed448', { publicKeyEncoding, privateKeyEncoding: { type: 'pkcs8', format: 'der' } })
        ).publicKey,
      ).kind;
    expect([read('ed25519'), read('ed448')]).toEqual(['ed25519', 'ed448']);
    expect(parsePublicKey(rsaSpki((1n << 1023n) + 1n, 3n))).toMatchObject({ modulusBits: 1024, publicExponent: 3n });
    expect(parsePublicKey(rsaSpki((1n << 1024n) + 1n, 3n))).toMatchObject({ modulusBits: 1025 });
  });

  it('gives the uncompressed point of a compressed SM2 key and of the form some OpenSSL versions write', () => {
    const compressed = concatBytes(Uint8Array.of(3), sm2Point.subarray(1, 33));
    const spki = derSequence(derSequence(derOid(oids.ecPublicKey), derOid(oids.sm2)), derBitString(compressed));
    expect(parsePublicKey(spki)).toMatchObject({ kind: 'sm2', point: sm2Point });
    for (const parameters of [[derOid(oids.sm2)], [derNull()], []]) {
      const other = derSequence(derSequence(derOid(oids.sm2), ...parameters), derBitString(sm2Point));
      expect(parsePublicKey(other)).toMatchObject({ kind: 'sm2', point: sm2Point });
    }
    const wrong = derSequence(derSequence(derOid(oids.sm2), derOid(oids.p256)), derBitString(sm2Point));
    expect(() => parsePublicKey(wrong)).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('calls explicit curve parameters, other curves and other algorithms unsupported, not broken', () => {
    const named = (oid: string): Uint8Array =>
      derSequence(derSequence(derOid(oids.ecPublicKey), derOid(oid)), derBitString(sm2Point));
    const explicit = derSequence(
      derSequence(derOid(oids.ecPublicKey), derSequence(derInteger(1))),
      derBitString(sm2Point),
    );
    const dsa = derSequence(derSequence(derOid(oids.dsa)), derBitString(derInteger(5)));
    expect(parsePublicKey(explicit)).toMatchObject({
      kind: 'unsupported',
      algorithm: 'ecPublicKey with explicit parameters',
    });
    expect(parsePublicKey(named('1.3.132.0.10'))).toMatchObject({
      kind: 'unsupported',
      algorithm: 'ecPublicKey 1.3.132.0.10',
    });
    expect(parsePublicKey(dsa)).toMatchObject({ kind: 'unsupported', algorithm: 'dsa' });
  });

  it('refuses a point that is not on the curve it names, an SM2 point under the name of P-256 included', () => {
    const moved = sm2Point.slice();
    moved[64] = 0x14;
    const spki = (curve: string, point: Uint8Array): Uint8Array =>
      derSequence(derSequence(derOid(oids.ecPublicKey), derOid(curve)), derBitString(point));
    expect(() => parsePublicKey(spki(oids.sm2, moved))).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => parsePublicKey(spki(oids.p256, sm2Point))).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => parsePublicKey(spki(oids.sm2, fromHex('00')))).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => parsePublicKey(derSequence(derSequence(derOid(oids.ecPublicKey)), derBitString(sm2Point)))).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });

  it('refuses RSA keys that cannot be', () => {
    const modulus = (1n << 2047n) + 1n;
    const hostile = [
      rsaSpki(modulus + 1n, 65537n),
      rsaSpki(modulus, 1n),
      rsaSpki(modulus, 65536n),
      rsaSpki(modulus, 0n),
      rsaSpki(0n, 3n),
      rsaSpki(modulus, (1n << 64n) + 1n),
      rsaSpki(3n, 3n),
      rsaSpki((1n << 16_384n) + 1n, 3n),
      derSequence(
        derSequence(derOid(oids.rsaEncryption)),
        derBitString(derSequence(derInteger(modulus), derInteger(3))),
      ),
      rsaSpki(modulus, 3n, derOctetString(new Uint8Array(0))),
    ];
    for (const spki of hostile) expect(() => parsePublicKey(spki)).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(() => parsePublicKey(rsaSpki(-modulus, 3n))).toFailWith('ERR_DER_VALUE_INVALID');
    expect(() => parsePublicKey(concatBytes(sm2Spki, Uint8Array.of(0)))).toFailWith('ERR_DER_TRAILING_DATA');
  });
});
