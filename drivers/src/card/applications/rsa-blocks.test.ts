import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  privateEncrypt,
  publicEncrypt,
  verify,
} from 'node:crypto';
import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { pssBlock, signatureBlock, unpad } from './rsa-blocks.ts';

const ops = createNodeCrypto();
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = createPublicKey(privateKey);
const message = utf8Encode('投标文件');
const raw = constants.RSA_NO_PADDING;
const exponentiate = (block: Uint8Array) => privateEncrypt({ key: privateKey, padding: raw }, block);
const open = (sealed: Uint8Array) => Uint8Array.from(privateDecrypt({ key: privateKey, padding: raw }, sealed));

describe('blocks for a card that only exponentiates', () => {
  it('make signatures that OpenSSL verifies, PKCS#1 v1.5 and PSS', () => {
    const digest = ops.digest('sha256', message);
    expect(verify('sha256', message, publicKey, exponentiate(signatureBlock('sha256', digest, 256)))).toBe(true);
    for (const saltLength of [0, 20, 32]) {
      const algorithm = { kind: 'rsa-pss', digest: 'sha256', mgf1Digest: 'sha256', saltLength } as const;
      const signature = exponentiate(pssBlock(ops, algorithm, digest, 2048));
      const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
      expect(verify('sha256', message, key, signature)).toBe(true);
    }
  });

  it('open what OpenSSL encrypted, PKCS#1 v1.5 and OAEP', () => {
    const pkcs1 = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, message);
    expect(unpad(ops, { kind: 'rsa-pkcs1v15' }, open(pkcs1))).toEqual(message);
    const label = utf8Encode('L');
    const oaep = publicEncrypt({ key: publicKey, oaepHash: 'sha256', oaepLabel: label }, message);
    const scheme = { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' } as const;
    expect(unpad(ops, { ...scheme, label }, open(oaep))).toEqual(message);
    expect(() => unpad(ops, scheme, open(oaep))).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
  });

  it.each([
    ['another type', (block: Uint8Array) => block.set([0, 1])],
    ['a first byte', (block: Uint8Array) => block.set([1, 2])],
    ['seven bytes of padding', (block: Uint8Array) => block.set([0], 9)],
    ['no end', (block: Uint8Array) => block.fill(7, 2)],
  ])('say one thing of whatever is wrong: %s', (_, spoil) => {
    const block = new Uint8Array(256).fill(9);
    block.set([0, 2]);
    block[200] = 0;
    expect(unpad(ops, { kind: 'rsa-pkcs1v15' }, Uint8Array.from(block))).toHaveLength(55);
    spoil(block);
    expect(() => unpad(ops, { kind: 'rsa-pkcs1v15' }, block)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    expect(block.every((byte) => byte === 0)).toBe(true);
  });
});
