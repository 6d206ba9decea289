import { fromHex, toHex } from '@onelock/core/bytes';
import { describe, expect, it } from 'vitest';
import { ciphers } from '../support/engine.ts';

const none = new Uint8Array(0);

describe('HKDF', () => {
  it('gives what RFC 5869 appendix A.1 prints', () => {
    const [salt, info] = [fromHex('000102030405060708090a0b0c'), fromHex('f0f1f2f3f4f5f6f7f8f9')];
    const derived = ciphers.hkdf('sha256', new Uint8Array(22).fill(0x0b), salt, info, 42);
    expect(toHex(derived)).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865');
  });

  it('gives as much as 255 digests, and refuses more and nothing', () => {
    expect(ciphers.hkdf('sha256', none, none, none, 255 * 32)).toHaveLength(255 * 32);
    for (const length of [0, -1, 1.5, 255 * 32 + 1])
      expect(() => ciphers.hkdf('sha256', none, none, none, length)).toFailWith('ERR_CRYPTO_PARAMETER_INVALID');
  });
});
