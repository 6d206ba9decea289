import { looksLikeSignedAttributes, prepareSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownCertificate } from '../../test/support/certificates.ts';
import { loginScheme } from './login-algorithm.ts';
import type { LoginStatement } from './login-statement.ts';
import { beginsWithLoginTag, loginToBeSigned } from './login-to-be-signed.ts';

const ops = createNodeCrypto();
const statement: LoginStatement = {
  purpose: 'login',
  origin: 'https://bid.example.cn',
  challenge: new Uint8Array(32).fill(7),
  certificate: ownCertificate('sm2/leaf').der,
  digest: 'sm3',
};
const tbs = (change: Partial<LoginStatement> = {}): Uint8Array => loginToBeSigned({ ...statement, ...change }, ops);

describe('the bytes a login signs', () => {
  it('are 116 bytes, every field at its place', () => {
    const bytes = tbs();
    expect(bytes.length).toBe(116);
    expect(new TextDecoder('latin1').decode(bytes.subarray(0, 16))).toBe('\u00ffOneLock-Login\u0000\u00ff');
    expect([...bytes.subarray(16, 20)]).toEqual([1, 1, 1, 0]);
    expect(bytes.subarray(20, 52)).toEqual(ops.digest('sm3', new TextEncoder().encode(statement.origin)));
    expect(bytes.subarray(52, 84)).toEqual(ops.digest('sm3', statement.challenge));
    expect(bytes.subarray(84, 116)).toEqual(ops.digest('sm3', statement.certificate));
    expect(tbs({ digest: 'sha256' })[18]).toBe(2);
  });

  it('differ when origin, challenge, certificate or digest differ', () => {
    const others = [
      tbs({ origin: 'https://bid.example.cn:8443' }),
      tbs({ challenge: new Uint8Array(33).fill(7) }),
      tbs({ certificate: ownCertificate('sm2/encrypt').der }),
      tbs({ digest: 'sha256' }),
    ];
    for (const other of others) expect(other).not.toEqual(tbs());
  });

  it.each([
    ['no scheme', 'bid.example.cn'],
    ['a path', 'https://bid.example.cn/'],
    ['upper case', 'https://BID.example.cn'],
    ['the default port', 'https://bid.example.cn:443'],
    ['credentials', 'https://a@bid.example.cn'],
    ['an opaque origin', 'null'],
    ['another scheme', 'file://'],
    ['nothing', ''],
    ['a script', 'javascript:alert(1)'],
  ])('are refused for an origin with %s', (_title, origin) => {
    expect(() => tbs({ origin })).toFailWith('ERR_LOGIN_TOKEN_MALFORMED');
  });

  it('want a challenge of 32 to 1024 bytes', () => {
    expect(() => tbs({ challenge: new Uint8Array(31) })).toFailWith('ERR_LOGIN_TOKEN_MALFORMED');
    expect(() => tbs({ challenge: new Uint8Array(1025) })).toFailWith('ERR_LOGIN_TOKEN_MALFORMED');
    expect(tbs({ challenge: new Uint8Array(1024) }).length).toBe(116);
  });
});

describe('the tag of logins', () => {
  it('is found at the beginning of every login, also one with more behind it', () => {
    expect(beginsWithLoginTag(tbs())).toBe(true);
    expect(beginsWithLoginTag(Uint8Array.of(...tbs(), 1, 2, 3))).toBe(true);
    expect(beginsWithLoginTag(tbs().subarray(0, 16))).toBe(true);
  });

  it('is found whatever a later version writes behind it', () => {
    const later = tbs();
    later[16] = 9;
    expect(beginsWithLoginTag(later)).toBe(true);
  });

  it('is not found in what honest callers sign', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(beginsWithLoginTag(new TextEncoder().encode(text))).toBe(false);
      }),
    );
    expect(beginsWithLoginTag(new Uint8Array())).toBe(false);
    expect(beginsWithLoginTag(tbs().subarray(0, 15))).toBe(false);
    expect(beginsWithLoginTag(tbs().subarray(1))).toBe(false);
    expect(beginsWithLoginTag(ownCertificate('sm2/leaf').der)).toBe(false);
  });
});

describe('a login and a message', () => {
  it('cannot be mistaken for each other: a message signs a SET of attributes', () => {
    const certificate = ownCertificate('sm2/leaf');
    const { toBeSigned } = prepareSignedData({ content: tbs(), detached: false, certificate }, ops);
    expect(beginsWithLoginTag(toBeSigned)).toBe(false);
    expect(looksLikeSignedAttributes(toBeSigned)).toBe(true);
    expect(looksLikeSignedAttributes(tbs())).toBe(false);
  });
});

describe('how a key logs in', () => {
  it('has one answer for each key', () => {
    const scheme = (name: string): unknown => {
      const { id, digest, signature } = loginScheme(ownCertificate(name).publicKey);
      return [id, digest, signature.kind];
    };
    expect(scheme('sm2/leaf')).toEqual(['SM2-SM3', 'sm3', 'sm2-sm3']);
    expect(scheme('rsa/leaf')).toEqual(['RSA-SHA256', 'sha256', 'rsa-pkcs1v15']);
    expect(scheme('p256/leaf')).toEqual(['ECDSA-SHA256', 'sha256', 'ecdsa']);
  });

  it('has none for a key we cannot check', () => {
    const spki = new Uint8Array();
    expect(() => loginScheme({ kind: 'unsupported', spki, algorithm: 'dsa' })).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
    expect(() => loginScheme({ kind: 'ed25519', spki })).toFailWith('ERR_CRYPTO_ALGORITHM_UNSUPPORTED');
  });
});
