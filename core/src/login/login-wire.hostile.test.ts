import { toBase64 } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownCertificate } from '../../test/support/certificates.ts';
import type { LoginToken } from './login-token.ts';
import { encodeLoginToken, parseLoginToken } from './login-wire.ts';

const token: LoginToken = {
  version: 1,
  origin: 'https://bid.example.cn',
  challenge: new Uint8Array(32).fill(9),
  certificate: ownCertificate('sm2/leaf').der,
  algorithm: 'SM2-SM3',
  signature: new Uint8Array(70).fill(1),
};
const wire = encodeLoginToken(token);

function fieldOf(value: unknown): unknown {
  try {
    parseLoginToken(value);
    return 'accepted';
  } catch (error) {
    if (!isCodedError(error)) throw error;
    expect(error.code).toBe('ERR_LOGIN_TOKEN_MALFORMED');
    return error.params.field;
  }
}

describe('a login token from the wire', () => {
  it('comes back as it was sent, through JSON', () => {
    expect(parseLoginToken(JSON.parse(JSON.stringify(wire)))).toEqual(token);
  });

  it.each([
    ['another version', { version: 2 }, 'version'],
    ['a version in text', { version: '1' }, 'version'],
    ['an origin with a path', { origin: 'https://bid.example.cn/x' }, 'origin'],
    ['an origin that is no text', { origin: 1 }, 'origin'],
    ['a short challenge', { challenge: toBase64(new Uint8Array(31)) }, 'challenge'],
    ['a challenge that is no base64', { challenge: '*'.repeat(44) }, 'challenge'],
    ['a challenge in base64url', { challenge: '-_'.repeat(22) }, 'challenge'],
    ['no certificate', { certificate: '' }, 'certificate'],
    ['a huge certificate', { certificate: 'A'.repeat(100_000) }, 'certificate'],
    ['an unknown algorithm', { algorithm: 'RSA-SHA1' }, 'algorithm'],
    ['an algorithm of a prototype', { algorithm: 'toString' }, 'algorithm'],
    ['a signature that is a list', { signature: [1, 2, 3] }, 'signature'],
    ['a field too many', { pin: '123456' }, 'token'],
  ])('is refused with %s, naming the field', (_title, change, field) => {
    expect(fieldOf({ ...wire, ...change })).toBe(field);
  });

  it.each(Object.keys(wire))('is refused without its %s', (field) => {
    const { [field]: _left, ...rest } = { ...wire } as Record<string, unknown>;
    expect(fieldOf(rest)).toBe(field);
  });

  it.each([[null], [undefined], [1], ['token'], [[]], [() => wire]])('is refused when it is %o', (value) => {
    expect(fieldOf(value)).toBe('token');
  });

  it('is not taken from a prototype', () => {
    expect(fieldOf(Object.create(wire))).not.toBe('accepted');
  });

  it('ends in a token or a coded refusal for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(fieldOf(value)).not.toBe('accepted');
      }),
    );
  });
});
