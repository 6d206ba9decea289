import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../bytes/utf8.ts';
import { decodeEcdsaSignature } from './ecdsa-signature.ts';
import { createNodeCrypto, publicKeyOf } from './node.ts';
import type { DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm } from './ops.ts';

const ops = createNodeCrypto();
const message = utf8Encode('招标文件');
const pairs: readonly (readonly [KeyKind, SignatureAlgorithm])[] = [
  [{ kind: 'sm2' }, { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') }],
  [{ kind: 'sm2' }, { kind: 'sm2-sm3', userId: new Uint8Array(0) }],
  [
    { kind: 'ec', curve: 'p256' },
    { kind: 'ecdsa', digest: 'sha256' },
  ],
  [
    { kind: 'ec', curve: 'p384' },
    { kind: 'ecdsa', digest: 'sha384' },
  ],
  [
    { kind: 'ec', curve: 'p521' },
    { kind: 'ecdsa', digest: 'sha512' },
  ],
  [
    { kind: 'rsa', bits: 2048 },
    { kind: 'rsa-pkcs1v15', digest: 'sha256' },
  ],
  [
    { kind: 'rsa', bits: 2048 },
    { kind: 'rsa-pkcs1v15', digest: 'sm3' },
  ],
  [
    { kind: 'rsa', bits: 2048 },
    { kind: 'rsa-pss', digest: 'sha256', mgf1Digest: 'sha256', saltLength: 32 },
  ],
];
const title = (kind: KeyKind, algorithm: SignatureAlgorithm): string =>
  JSON.stringify([kind, { ...algorithm, userId: undefined }]);

describe('the engine of Node', () => {
  it.each(
    pairs.map(([kind, algorithm]): [string, KeyKind, SignatureAlgorithm] => [title(kind, algorithm), kind, algorithm]),
  )('signs and verifies %s, and refuses every changed part', (_, kind, algorithm) => {
    const { privateKey, publicKey } = ops.generateKeyPair(kind);
    const signature = ops.sign(privateKey, algorithm, message);
    expect(ops.verify(publicKey, algorithm, message, signature)).toBe(true);
    expect(ops.verify(publicKey, algorithm, utf8Encode('投标文件'), signature)).toBe(false);
    expect(ops.verify(ops.generateKeyPair(kind).publicKey, algorithm, message, signature)).toBe(false);
    for (let at = 0; at < signature.length; at += 7) {
      const changed = signature.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(ops.verify(publicKey, algorithm, message, changed)).toBe(false);
    }
    for (const length of [0, 1, signature.length - 1])
      expect(ops.verify(publicKey, algorithm, message, signature.slice(0, length))).toBe(false);
  });

  it('never confuses the empty user id with the default one', () => {
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    const standard = { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') } as const;
    const empty = { kind: 'sm2-sm3', userId: new Uint8Array(0) } as const;
    expect(ops.verify(publicKey, empty, message, ops.sign(privateKey, standard, message))).toBe(false);
    expect(ops.verify(publicKey, standard, message, ops.sign(privateKey, empty, message))).toBe(false);
  });

  it('refuses kinder encodings of a right signature: a padded number, a long length, bytes behind', () => {
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    const algorithm = { kind: 'sm2-sm3', userId: new Uint8Array(0) } as const;
    const right = ops.sign(privateKey, algorithm, message);
    const raw = decodeEcdsaSignature(right);
    const forms = [
      Uint8Array.of(...right, 0),
      Uint8Array.of(0x30, 0x81, ...right.subarray(1)),
      Uint8Array.of(0x30, 0x46, 0x02, 0x21, 0, ...raw.subarray(0, 32), 0x02, 0x21, 0, ...raw.subarray(32)),
      raw,
    ];
    for (const form of forms.filter((candidate) => !Buffer.from(candidate).equals(Buffer.from(right))))
      expect(ops.verify(publicKey, algorithm, message, form)).toBe(false);
  });

  it('refuses to use a key for what it is not', () => {
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    const ecdsa = { kind: 'ecdsa', digest: 'sha256' } as const;
    expect(() => ops.sign(privateKey, ecdsa, message)).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    expect(() => ops.verify(publicKey, ecdsa, message, new Uint8Array(8))).toFailWith(
      'ERR_SIGNATURE_ALGORITHM_MISMATCH',
    );
    const unsupported: PublicKey = { kind: 'unsupported', spki: new Uint8Array(0), algorithm: 'dsa' };
    expect(() => ops.verify(unsupported, ecdsa, message, new Uint8Array(8))).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
    expect(() => ops.sign({ kind: 'ec', pkcs8: privateKey.pkcs8 }, ecdsa, message)).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });

  it('refuses a point beside the curve even when nobody parsed it', () => {
    const { publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    if (publicKey.kind !== 'sm2') throw new TypeError('an SM2 key was asked for');
    const point = publicKey.point.slice();
    point[64] = (point[64] ?? 0) ^ 1;
    expect(() =>
      ops.verify(
        { ...publicKey, point },
        { kind: 'sm2-sm3', userId: new Uint8Array(0) },
        message,
        Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1),
      ),
    ).toFailWith('ERR_CRYPTO_KEY_INVALID');
  });

  it('digests chunks, streams and wholes alike, and no digest beyond its list', () => {
    for (const algorithm of ['sm3', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const) {
      const expected = Uint8Array.from(createHash(algorithm).update('abc').digest());
      const running = ops.createDigest(algorithm);
      running.update(utf8Encode('a'));
      running.update(utf8Encode('bc'));
      expect(running.digest()).toEqual(expected);
      expect(ops.digest(algorithm, utf8Encode('ab'), utf8Encode('c'))).toEqual(expected);
      expect(ops.digest(algorithm, utf8Encode('abc'))).toEqual(expected);
    }
    for (const name of ['md5', 'toString', ''])
      expect(() => ops.digest(name as DigestAlgorithm, message)).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
  });

  it('finds the public half of a private key', () => {
    for (const kind of [{ kind: 'sm2' }, { kind: 'rsa', bits: 2048 }] as const) {
      const { privateKey, publicKey } = ops.generateKeyPair(kind);
      expect(publicKeyOf(privateKey)).toEqual(publicKey);
    }
  });

  it('gives random bytes of the length asked for', () => {
    expect(ops.random(32)).toHaveLength(32);
    expect(ops.random(32)).not.toEqual(ops.random(32));
    expect(ops.random(0)).toHaveLength(0);
  });

  it('stays right when more keys are used than it keeps', () => {
    const small = createNodeCrypto({ cachedKeys: 2 });
    const algorithm = { kind: 'ecdsa', digest: 'sha256' } as const;
    const signed = Array.from({ length: 5 }, () => {
      const { privateKey, publicKey } = small.generateKeyPair({ kind: 'ec', curve: 'p256' });
      return { publicKey, signature: small.sign(privateKey, algorithm, message) };
    });
    for (const [index, { signature }] of [...signed, ...signed].entries())
      for (const [other, { publicKey }] of signed.entries())
        expect(small.verify(publicKey, algorithm, message, signature)).toBe(index % 5 === other);
  });
});
