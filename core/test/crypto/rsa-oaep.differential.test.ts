import { execFileSync } from 'node:child_process';
import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { concatBytes, encodePem, utf8Encode } from '@onelock/core/bytes';
import type { KeyEncryption } from '@onelock/core/crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { ciphers, ops } from '../support/engine.ts';

const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'rsa', bits: 2048 });
const twoDigests = { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha1' } as const;
const label = utf8Encode('标段');
const longest = 256 - 2 * 32 - 2;

requireReal('OpenSSL', opensslCommand())('RSA-OAEP against the command of OpenSSL', (openssl) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-oaep-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const keyFile = path.join(folder, 'key.pem');
  writeFileSync(keyFile, encodePem('PRIVATE KEY', privateKey.pkcs8));

  function pkeyutl(direction: '-encrypt' | '-decrypt', scheme: typeof twoDigests, input: Uint8Array): Uint8Array {
    const options = ['rsa_padding_mode:oaep', `rsa_oaep_md:${scheme.digest}`, `rsa_mgf1_md:${scheme.mgf1Digest}`];
    if ('label' in scheme) options.push(`rsa_oaep_label:${Buffer.from(label).toString('hex')}`);
    const words = options.flatMap((option) => ['-pkeyopt', option]);
    return new Uint8Array(execFileSync(openssl, ['pkeyutl', direction, '-inkey', keyFile, ...words], { input }));
  }

  it.each([
    ['SHA-256 and a mask by SHA-1', twoDigests],
    ['a label and two digests', { ...twoDigests, label }],
    ['a label and one digest', { ...twoDigests, mgf1Digest: 'sha256', label }],
    ['SHA-1 and a mask by SHA-512', { ...twoDigests, digest: 'sha1', mgf1Digest: 'sha512' }],
  ] as readonly [string, typeof twoDigests][])('opens what it seals, and it what we seal: %s', (_title, scheme) => {
    for (const length of [1, 32, longest]) {
      const message = ops.random(length);
      expect(ciphers.decryptKey(privateKey, scheme, pkeyutl('-encrypt', scheme, message))).toEqual(message);
      expect(pkeyutl('-decrypt', scheme, ciphers.encryptKey(publicKey, scheme, message))).toEqual(message);
    }
  });
});

describe('a content key under RSA', () => {
  it.each<KeyEncryption>([
    { kind: 'rsa-pkcs1v15' },
    { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' },
    twoDigests,
  ])('is not opened without the zero in front that makes it as long as the modulus: %j', (scheme) => {
    let encrypted = ciphers.encryptKey(publicKey, scheme, label);
    while (encrypted[0] !== 0) encrypted = ciphers.encryptKey(publicKey, scheme, label);
    expect(ciphers.decryptKey(privateKey, scheme, encrypted)).toEqual(label);
    expect(() => ciphers.decryptKey(privateKey, scheme, encrypted.subarray(1))).toFailWith(
      'ERR_ENVELOPE_CONTENT_INVALID',
    );
  });
});

describe('RSA-OAEP with two digests', () => {
  const open = (scheme: KeyEncryption, encrypted: Uint8Array) => () =>
    ciphers.decryptKey(privateKey, scheme, encrypted);

  it('carries nothing and as much as the key holds, and refuses more', () => {
    for (const length of [0, longest]) {
      const message = ops.random(length);
      expect(open(twoDigests, ciphers.encryptKey(publicKey, twoDigests, message))()).toEqual(message);
    }
    expect(() => ciphers.encryptKey(publicKey, twoDigests, ops.random(longest + 1))).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });

  it('opens under no other label, digest or mask', () => {
    const encrypted = ciphers.encryptKey(publicKey, { ...twoDigests, label }, ops.random(16));
    const others: readonly KeyEncryption[] = [
      twoDigests,
      { ...twoDigests, label: label.subarray(1) },
      { ...twoDigests, label, digest: 'sha384' },
      { ...twoDigests, label, mgf1Digest: 'sha512' },
      { ...twoDigests, label, mgf1Digest: 'sha256' },
    ];
    for (const other of others) expect(open(other, encrypted)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
  });

  it('fails with one code for a ciphertext of another length or beyond the modulus', () => {
    const encrypted = ciphers.encryptKey(publicKey, twoDigests, ops.random(16));
    const wrong = [encrypted.subarray(1), concatBytes(Uint8Array.of(0), encrypted), new Uint8Array(256).fill(255)];
    for (const each of [...wrong, new Uint8Array(0)])
      expect(open(twoDigests, each)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
  });

  it('fails with the same code for every kind of encoding that is not one', () => {
    const key = createPublicKey({ key: Buffer.from(publicKey.spki), format: 'der', type: 'spki' });
    const encodings: Uint8Array[] = [
      new Uint8Array(256),
      Uint8Array.from({ length: 256 }, (_, index) => (index === 255 ? 1 : 0)),
    ];
    for (let count = 0; count < 50; count++) encodings.push(concatBytes(Uint8Array.of(0), ops.random(255)));
    for (const encoding of encodings) {
      const encrypted = new Uint8Array(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoding));
      expect(open(twoDigests, encrypted)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    }
  });

  it('refuses a digest that nobody knows, for the mask too', () => {
    const unknown = { ...twoDigests, mgf1Digest: 'md5' } as unknown as KeyEncryption;
    expect(() => ciphers.encryptKey(publicKey, unknown, ops.random(16))).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
    expect(open(unknown, new Uint8Array(256))).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
  });
});
