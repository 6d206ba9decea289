import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { subjectIdentity } from '@onelock/core/identity';
import { validatePath } from '@onelock/core/path';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { type Authority, createAuthority, issueToCompany } from './authorities.ts';
import { companies } from './companies.ts';
import { ensureProvince } from './create-province.ts';

const now = new Date('2026-11-22T08:00:00Z');
let folder: string;
let ops: CryptoOps;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-province-'));
  ops = createNodeCrypto();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plans = {
  sm2: { organization: '示范', name: 'SM2 CA', keyKind: { kind: 'sm2' } },
  rsa: { organization: '示范', name: 'RSA CA', keyKind: { kind: 'rsa', bits: 2048 } },
} as const;

function chainOf(
  kind: 'sm2' | 'rsa',
  use: 'signing' | 'encryption' | 'both' = 'signing',
): { readonly authority: Authority; readonly leaf: Uint8Array } {
  const authority = createAuthority(plans[kind], now, ops);
  return {
    authority,
    leaf: issueToCompany(companies.builder, plans[kind].keyKind, authority, { use }, now, ops).certificate,
  };
}

describe.each(['sm2', 'rsa'] as const)('a chain of the demonstration authority (%s)', (kind) => {
  it('is a path that our own rules accept, and no longer when it has expired or the root is another', () => {
    const { authority, leaf } = chainOf(kind);
    const anchor = (der: Uint8Array) => [{ kind: 'certificate', certificate: parseCertificate(der) }] as const;
    const input = {
      leaf: parseCertificate(leaf),
      intermediates: [parseCertificate(authority.issuingCertificate)],
      trustAnchors: anchor(authority.rootCertificate),
      at: now,
      profile: 'bidding',
    } as const;
    expect(validatePath(input, ops).verdict).toEqual({ indication: 'passed' });
    const later = validatePath({ ...input, at: new Date('2029-01-01T00:00:00Z') }, ops).verdict;
    expect(later).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_EXPIRED' } });
    const other = validatePath(
      { ...input, trustAnchors: anchor(chainOf(kind).authority.rootCertificate) },
      ops,
    ).verdict;
    expect(other.indication).not.toBe('passed');
  });

  it('names the company by its code, in extension 1.2.156.10260.4.1.4', () => {
    const identity = subjectIdentity(parseCertificate(chainOf(kind).leaf));
    expect(identity.organization).toBe(companies.builder.name);
    expect(identity.unifiedSocialCreditCode).toMatchObject({ value: companies.builder.code, checkDigitValid: true });
  });

  requireReal('OpenSSL', opensslCommand())('seen by OpenSSL', (openssl) => {
    const save = (name: string, bytes: Uint8Array | string): string => {
      const place = path.join(folder, `${kind}-${name}`);
      writeFileSync(place, bytes);
      return place;
    };
    const run = (...args: string[]): string => execFileSync(openssl, args, { encoding: 'utf8' });

    if (kind === 'rsa')
      it('verifies up to its root', () => {
        const { authority, leaf } = chainOf(kind);
        const root = save('root.pem', encodePem('CERTIFICATE', authority.rootCertificate));
        const issuing = save('issuing.pem', encodePem('CERTIFICATE', authority.issuingCertificate));
        const end = save('leaf.pem', encodePem('CERTIFICATE', leaf));
        const at = String(now.getTime() / 1000);
        expect(run('verify', '-x509_strict', '-attime', at, '-CAfile', root, '-untrusted', issuing, end)).toContain(
          'OK',
        );
      });

    // `openssl verify` hands the user id to the first certificate alone, so each link is checked by itself.
    if (kind === 'sm2')
      it('verifies link by link under the default user id', () => {
        const { authority, leaf } = chainOf(kind);
        const root = authority.rootCertificate;
        const links = [
          [leaf, authority.issuingCertificate],
          [authority.issuingCertificate, root],
          [root, root],
        ] as const;
        for (const [subject, issuer] of links) {
          const { tbs, signature } = parseCertificate(subject);
          const key = save('issuer.pem', encodePem('PUBLIC KEY', parseCertificate(issuer).publicKey.spki));
          const sm2 = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
          const files = ['-in', save('tbs.der', tbs), '-sigfile', save('signature.der', signature)];
          expect(run('pkeyutl', '-verify', '-pubin', '-inkey', key, ...sm2, ...files)).toContain('Signature Verified');
        }
      });

    it('has every field where it belongs', () => {
      const leaf = save('leaf.pem', encodePem('CERTIFICATE', chainOf(kind).leaf));
      const text = run('x509', '-noout', '-text', '-nameopt', 'utf8', '-in', leaf);
      expect(text).toContain(companies.builder.name);
      expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Non Repudiation/);
      expect(text).toMatch(new RegExp(`1\\.2\\.156\\.10260\\.4\\.1\\.4:\\s+\\S*${companies.builder.code}`));
      expect(text).toContain(kind === 'sm2' ? 'Signature Algorithm: SM2-with-SM3' : 'sha256WithRSAEncryption');
    });
  });
});

describe('a province', () => {
  it('is made once, whole, with secrets for its owner only', async () => {
    const options = { folder: path.join(folder, 'province'), now, softHsm: 'never' } as const;
    const province = await ensureProvince(options, ops);
    expect(existsSync(`${options.folder}.partial`)).toBe(false);
    expect(province.manifest.softTokens.map(({ keys }) => keys)).toEqual(['sm2-dual', 'rsa', 'sm2-trouble', 'empty']);
    expect(province.drivers).toEqual([
      { id: 'soft', family: 'soft', vendor: expect.any(String), folder: path.join(options.folder, 'keys') },
    ]);
    for (const secret of ['province.json', 'authorities/sm2/issuing-key.pem'])
      expect(statSync(path.join(options.folder, secret)).mode & 0o077).toBe(0);

    const [sm2] = province.manifest.authorities;
    if (sm2 === undefined) throw new Error('no authority');
    const [root] = province.certificatesOf(sm2);
    const again = await ensureProvince({ ...options, now: new Date('2027-01-01T00:00:00Z') }, ops);
    expect(again.certificatesOf(sm2)[0]).toEqual(root);
    expect(again.manifest).toEqual(province.manifest);
  });

  it('left half made by an interrupted start is made anew', async () => {
    const options = { folder: path.join(folder, 'interrupted'), now, softHsm: 'never' } as const;
    await ensureProvince({ ...options, folder: `${options.folder}.partial` }, ops);
    const province = await ensureProvince(options, ops);
    expect(JSON.parse(readFileSync(path.join(options.folder, 'province.json'), 'utf8'))).toEqual(province.manifest);
  });
});
