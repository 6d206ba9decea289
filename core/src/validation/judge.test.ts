import { parseSignedData, prepareSignedData } from '@onelock/core/cms';
import { parsePrivateKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type LoginToken, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { describe, expect, it } from 'vitest';
import { anchor, ownCertificate, ownKey } from '../../test/support/certificates.ts';
import type { TrustEvidence } from './evidence.ts';
import { judgeCertificate } from './judge-certificate.ts';
import { judgeLogin } from './judge-login.ts';
import { judgeMessage } from './judge-message.ts';
import { judgeSignature } from './judge-signature.ts';
import type { Report } from './report.ts';

const ops = createNodeCrypto();
const content = new TextEncoder().encode('投标函');

function trust(family: string, change: Partial<TrustEvidence> = {}): TrustEvidence {
  return {
    intermediates: [ownCertificate(`${family}/intermediate`)],
    trustAnchors: [anchor(ownCertificate(`${family}/root`))],
    at: new Date('2026-06-01T00:00:00Z'),
    profile: 'bidding',
    revocation: 'if-available',
    ...change,
  };
}

const codeOf = ({ indication, reason }: Report): string => reason?.code ?? indication;
const throughJson = <T>(value: T): unknown => JSON.parse(JSON.stringify(value));

describe('judging a certificate', () => {
  const certificate = ownCertificate('sm2/leaf');

  it('passes and tells the path, and that revocation was not checked', () => {
    const report = judgeCertificate({ certificate, ...trust('sm2') }, ops);
    expect(report).toMatchObject({
      indication: 'passed',
      at: '2026-06-01T00:00:00.000Z',
      profile: 'bidding',
      revocation: { mode: 'if-available', checked: false, reason: { code: 'ERR_REVOCATION_UNKNOWN' } },
    });
    expect(report.path.length).toBe(3);
    expect(report.path[0]).toEqual(report.certificate);
  });

  it('is plain data, the same each time and after JSON', () => {
    for (const at of [new Date('2026-06-01T00:00:00Z'), new Date('1999-01-01T00:00:00Z')]) {
      const report = judgeCertificate({ certificate, ...trust('sm2', { at }) }, ops);
      expect(throughJson(report)).toEqual(report);
      expect(judgeCertificate({ certificate, ...trust('sm2', { at }) }, ops)).toEqual(report);
    }
  });

  it('is not decided when revocation must be known, nor over lists that are not read', () => {
    const judged = (change: Partial<TrustEvidence>): Report =>
      judgeCertificate({ certificate, ...trust('sm2', change) }, ops);
    expect(judged({ revocation: 'require' })).toMatchObject({
      indication: 'indeterminate',
      reason: { code: 'ERR_REVOCATION_UNKNOWN' },
      needs: [{ kind: 'revocation' }],
    });
    expect(judged({ crls: [new Uint8Array([0x30, 0])] }).indication).toBe('indeterminate');
    expect(judged({ ocspResponses: [new Uint8Array([0x30, 0])] }).indication).toBe('indeterminate');
    expect(judged({ revocation: 'none', crls: [new Uint8Array([0x30, 0])] }).indication).toBe('passed');
    expect(codeOf(judged({ revocation: 'require', at: new Date('1999-01-01T00:00:00Z') }))).toBe(
      'ERR_PATH_NOT_YET_VALID',
    );
  });
});

describe('judging a message', () => {
  function message(name: string, detached = false): Uint8Array {
    const prepared = prepareSignedData({ content, detached, certificate: ownCertificate(name) }, ops);
    return prepared.assemble(ops.sign(parsePrivateKey(ownKey(name)), prepared.algorithm, prepared.toBeSigned));
  }
  const judged = (der: Uint8Array, evidence: TrustEvidence, given?: Uint8Array): ReturnType<typeof judgeMessage> =>
    judgeMessage({ message: parseSignedData(der), content: given, ...evidence }, ops);

  it.each(['sm2', 'rsa', 'p256'])('passes one by our %s company, with a verdict for its signer', (family) => {
    const report = judged(message(`${family}/leaf`), trust(family));
    expect(report).toMatchObject({ indication: 'passed', detached: false });
    expect(report.signers).toMatchObject([{ indication: 'passed', certificate: { indication: 'passed' } }]);
    expect(throughJson(report)).toEqual(report);
  });

  it('asks for the content of a detached one', () => {
    const detached = message('sm2/leaf', true);
    expect(judged(detached, trust('sm2'))).toMatchObject({ indication: 'indeterminate', needs: [{ kind: 'content' }] });
    expect(judged(detached, trust('sm2'), content).indication).toBe('passed');
    expect(codeOf(judged(detached, trust('sm2'), content.subarray(1)))).toBe('ERR_CMS_DIGEST_MISMATCH');
  });

  it('fails one whose signer is not trusted, has expired, or may not sign', () => {
    expect(codeOf(judged(message('sm2/leaf'), trust('rsa')))).toBe('ERR_PATH_UNKNOWN_ISSUER');
    const later = { at: new Date('2100-01-01T00:00:00Z') };
    expect(codeOf(judged(message('sm2/leaf'), trust('sm2', later)))).toBe('ERR_PATH_EXPIRED');
    expect(codeOf(judged(message('sm2/encrypt'), trust('sm2', { profile: 'rfc5280' })))).toBe('ERR_PATH_KEY_USAGE');
  });

  it('never takes its embedded certificates for anchors', () => {
    const prepared = prepareSignedData(
      {
        content,
        detached: false,
        certificate: ownCertificate('sm2/leaf'),
        chain: [ownCertificate('sm2/intermediate'), ownCertificate('sm2/root')],
      },
      ops,
    );
    const der = prepared.assemble(
      ops.sign(parsePrivateKey(ownKey('sm2/leaf')), prepared.algorithm, prepared.toBeSigned),
    );
    expect(judged(der, trust('sm2', { intermediates: [] })).indication).toBe('passed');
    expect(judged(der, trust('rsa')).indication).toBe('failed');
    expect(judged(der, trust('sm2', { trustAnchors: [] })).indication).toBe('indeterminate');
  });

  it('fails one without signers', () => {
    const bare = { ...parseSignedData(message('sm2/leaf')), signers: [] };
    expect(codeOf(judgeMessage({ message: bare, ...trust('sm2') }, ops))).toBe('ERR_CMS_NO_SIGNER');
  });

  it('passes as a whole only when every signer does', () => {
    const good = parseSignedData(message('sm2/leaf'));
    const foreign = parseSignedData(message('rsa/leaf'));
    const both = {
      ...good,
      certificates: [...good.certificates, ...foreign.certificates],
      signers: [...good.signers, ...foreign.signers],
    };
    const report = judgeMessage({ message: both, ...trust('sm2') }, ops);
    expect(report.indication).toBe('failed');
    expect(report.signers.map(({ indication }) => indication)).toEqual(['passed', 'failed']);
  });

  it('fails whole with any one byte changed, but for the hints at its head', () => {
    const der = message('p256/leaf');
    const passed: number[] = [];
    for (let index = 0; index < der.length; index += 2) {
      const changed = Uint8Array.from(der);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      if (passes(changed)) passed.push(index);
    }
    expect(passed.filter((index) => index > 46)).toEqual([]);
  });

  function passes(der: Uint8Array): boolean {
    try {
      return judged(der, trust('p256')).indication === 'passed';
    } catch (error) {
      expect(String(error)).toMatch(/ERR_/);
      return false;
    }
  }
});

describe('judging a raw signature', () => {
  const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
  const certificate = ownCertificate('sm2/leaf');
  const signature = ops.sign(parsePrivateKey(ownKey('sm2/leaf')), algorithm, content);

  it('passes by certificate and by key', () => {
    const report = judgeSignature({ content, signature, algorithm, certificate, ...trust('sm2') }, ops);
    expect(report).toMatchObject({ indication: 'passed', algorithm: 'sm2-sm3', certificate: { indication: 'passed' } });
    const byKey = judgeSignature({ content, signature, algorithm, publicKey: certificate.publicKey }, ops);
    expect(byKey).toEqual({ indication: 'passed', algorithm: 'sm2-sm3', certificate: null });
  });

  it('fails for other content, another user id, another algorithm, and an untrusted certificate', () => {
    const judged = (change: object): string =>
      codeOf(judgeSignature({ content, signature, algorithm, certificate, ...trust('sm2'), ...change }, ops));
    expect(judged({ content: content.subarray(1) })).toBe('ERR_SIGNATURE_INVALID');
    expect(judged({ algorithm: { kind: 'sm2-sm3', userId: new Uint8Array() } })).toBe('ERR_SIGNATURE_INVALID');
    expect(judged({ algorithm: { kind: 'ecdsa', digest: 'sha256' } })).toBe('ERR_SIGNATURE_ALGORITHM_MISMATCH');
    expect(judged({ trustAnchors: [anchor(ownCertificate('rsa/root'))] })).toBe('ERR_PATH_UNKNOWN_ISSUER');
    expect(judged({ signature: signature.subarray(1) })).not.toBe('passed');
  });

  it('fails when the algorithm is too weak for the profile, though the mathematics is right', () => {
    const sha1 = { kind: 'rsa-pkcs1v15', digest: 'sha1' } as const;
    const weak = ops.sign(parsePrivateKey(ownKey('rsa/leaf')), sha1, content);
    const evidence = { content, signature: weak, algorithm: sha1, certificate: ownCertificate('rsa/leaf') };
    expect(codeOf(judgeSignature({ ...evidence, ...trust('rsa') }, ops))).toBe('ERR_SIGNATURE_ALGORITHM_WEAK');
  });
});

describe('judging a login', () => {
  const origin = 'https://bid.example.cn';
  const challenge = new Uint8Array(32).fill(5);

  function login(name: string, change: Partial<LoginToken> = {}, signedOrigin = origin): LoginToken {
    const certificate = ownCertificate(name);
    const scheme = loginScheme(certificate.publicKey);
    const statement = {
      purpose: 'login',
      origin: signedOrigin,
      challenge,
      certificate: certificate.der,
      digest: scheme.digest,
    } as const;
    const signature = ops.sign(parsePrivateKey(ownKey(name)), scheme.signature, loginToBeSigned(statement, ops));
    return { version: 1, origin, challenge, certificate: certificate.der, algorithm: scheme.id, signature, ...change };
  }
  const judged = (
    token: LoginToken,
    family = 'sm2',
    change: Partial<TrustEvidence> = {},
  ): ReturnType<typeof judgeLogin> =>
    judgeLogin({ token, expectedOrigin: origin, expectedChallenge: challenge, ...trust(family, change) }, ops);

  it.each(['sm2', 'rsa', 'p256'])('passes for our %s company', (family) => {
    const report = judged(login(`${family}/leaf`), family);
    expect(report).toMatchObject({ indication: 'passed', origin, certificate: { indication: 'passed' } });
    expect(throughJson(report)).toEqual(report);
  });

  it('fails for another origin, whether it says so or hides it', () => {
    expect(codeOf(judged(login('sm2/leaf', { origin: 'https://evil.example' })))).toBe('ERR_LOGIN_ORIGIN_MISMATCH');
    expect(codeOf(judged(login('sm2/leaf', {}, 'https://evil.example')))).toBe('ERR_SIGNATURE_INVALID');
  });

  it('fails for another challenge', () => {
    const other = new Uint8Array(32).fill(6);
    expect(codeOf(judged(login('sm2/leaf', { challenge: other })))).toBe('ERR_LOGIN_CHALLENGE_UNKNOWN');
  });

  it('fails for another certificate of the same key, and for another algorithm', () => {
    const renamed = ownCertificate('sm2/expired');
    expect(renamed.publicKey.spki).toEqual(ownCertificate('sm2/leaf').publicKey.spki);
    expect(codeOf(judged(login('sm2/leaf', { certificate: renamed.der })))).toBe('ERR_SIGNATURE_INVALID');
    expect(codeOf(judged(login('sm2/leaf', { algorithm: 'RSA-SHA256' })))).toBe('ERR_SIGNATURE_ALGORITHM_MISMATCH');
  });

  it('fails for a raw signature and for a message’s signature over the same bytes’ meaning', () => {
    const key = parsePrivateKey(ownKey('sm2/leaf'));
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const raw = ops.sign(key, algorithm, challenge);
    expect(codeOf(judged(login('sm2/leaf', { signature: raw })))).toBe('ERR_SIGNATURE_INVALID');
    const prepared = prepareSignedData(
      { content: challenge, detached: true, certificate: ownCertificate('sm2/leaf') },
      ops,
    );
    const borrowed = ops.sign(key, algorithm, prepared.toBeSigned);
    expect(codeOf(judged(login('sm2/leaf', { signature: borrowed })))).toBe('ERR_SIGNATURE_INVALID');
  });

  it('fails for a certificate that does not parse, is not trusted, or is for encryption', () => {
    expect(codeOf(judged(login('sm2/leaf', { certificate: new Uint8Array([0x30, 0x03]) })))).toBe('ERR_DER_TRUNCATED');
    expect(codeOf(judged(login('sm2/leaf'), 'rsa'))).toBe('ERR_PATH_UNKNOWN_ISSUER');
    expect(codeOf(judged(login('sm2/encrypt')))).toBe('ERR_PATH_KEY_USAGE');
  });

  it('is not decided when revocation must be known', () => {
    expect(judged(login('sm2/leaf'), 'sm2', { revocation: 'require' }).indication).toBe('indeterminate');
  });
});
