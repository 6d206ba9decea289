import { fromHex, toHex } from '@onelock/core/bytes';
import { createNodeCrypto, createNodeKeyWrap } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';

const keyWrap = createNodeKeyWrap();
const ops = createNodeCrypto();
const kek = fromHex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
const key = fromHex('00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f');

describe('AES key wrap', () => {
  it.each([
    [16, 16, '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5'],
    [24, 16, '96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d'],
    [32, 16, '64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7'],
    [32, 32, '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21'],
  ])('gives the vectors of RFC 3394 §4: %i octets around %i', (kekLength, keyLength, expected) => {
    const [wrapping, wrapped] = [kek.subarray(0, kekLength), key.subarray(0, keyLength)];
    expect(toHex(keyWrap.wrap(wrapping, wrapped))).toBe(expected);
    expect(keyWrap.unwrap(wrapping, fromHex(expected))).toEqual(wrapped);
  });

  it('tells one error whatever is wrong', () => {
    const wrapped = keyWrap.wrap(kek, key);
    for (const broken of [
      wrapped.subarray(1),
      new Uint8Array(0),
      new Uint8Array(8),
      wrapped.with(0, 1),
      wrapped.with(39, 0),
    ])
      expect(() => keyWrap.unwrap(kek, broken)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    expect(() => keyWrap.unwrap(kek.subarray(0, 16), wrapped)).toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
  });
});

describe('ECDH', () => {
  it('agrees between two keys of a curve, and with no key of another', () => {
    const pair = (curve: 'p256' | 'p384') => ops.generateKeyPair({ kind: 'ec', curve });
    const [one, two, other] = [pair('p256'), pair('p256'), pair('p384')];
    expect(keyWrap.agree(one.privateKey, two.publicKey)).toEqual(keyWrap.agree(two.privateKey, one.publicKey));
    expect(() => keyWrap.agree(one.privateKey, other.publicKey)).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    const sm2 = ops.generateKeyPair({ kind: 'sm2' });
    expect(() => keyWrap.agree(one.privateKey, sm2.publicKey)).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    expect(() => keyWrap.agree(sm2.privateKey, one.publicKey)).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
  });
});
