import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { pkiCases } from '../recipes/cases.ts';
import { withCreditCodeCheck, withIdentityNumberCheck, withOrganizationCodeCheck } from '../recipes/check-digits.ts';
import { companyCreditCode } from '../recipes/hierarchies.ts';
import { openssl, sm2DistinguishingId, tryOpenssl } from '../recipes/openssl.ts';
import { pkiIndex } from '../recipes/pki.ts';
import { certificateParts } from '../recipes/resign-without-za.ts';

const pki = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../pki');
const file = (name: string): string => path.join(pki, `${name}.pem`);

const atLevelTwo = ['verify', '-no-CApath', '-no-CAstore', '-auth_level', '2'];

/** What `openssl verify` says, at the security level that refuses what we call weak. */
function opensslVerdict({ leaf, intermediates, trust, at }: (typeof pkiCases)[number]): string {
  const time = ['-attime', String(Date.parse(at) / 1000)];
  const runs = leaf.startsWith('sm2/')
    ? linkByLink([leaf, ...intermediates, ...trust]).map((link) => [...atLevelTwo, ...time, ...link])
    : [
        [
          ...[...atLevelTwo, ...time],
          ...trust.flatMap((name) => ['-CAfile', file(name)]),
          ...intermediates.flatMap((name) => ['-untrusted', file(name)]),
          file(leaf),
        ],
      ];
  return runs.every((args) => tryOpenssl(args).status === 0) ? 'passed' : 'failed';
}

/** OpenSSL 3 gives the SM2 id to the first certificate of a path only, so an SM2 path is asked one link at a time. */
function linkByLink(path: readonly string[]): readonly (readonly string[])[] {
  return path
    .slice(0, -1)
    .map((name, index) => [
      ...['-partial_chain', '-vfyopt', sm2DistinguishingId],
      ...['-CAfile', file(path[index + 1] ?? name), file(name)],
    ]);
}

requireReal('OpenSSL', opensslCommand())('our certificates, in the eyes of OpenSSL', () => {
  it.each(pkiCases)('agrees about $id: $description', (testCase) => {
    if (testCase.openssl.verdict === 'not-asked') return expect(testCase.openssl.reason).not.toBe('');
    expect(opensslVerdict(testCase)).toBe(testCase.openssl.verdict);
  });

  it('finds the signature without ZA to be one over the bare SM3 digest', () => {
    const work = mkdtempSync(path.join(tmpdir(), 'onelock-no-za-'));
    try {
      const { body, signature } = certificateParts(openssl(['x509', '-in', file('sm2/no-za'), '-outform', 'DER']));
      const written = (name: string, bytes: Uint8Array): string => {
        writeFileSync(path.join(work, name), bytes);
        return path.join(work, name);
      };
      const args = ['-sigfile', written('signature', signature), '-certin', '-inkey', file('sm2/intermediate')];
      const digest = written('digest', openssl(['dgst', '-sm3', '-binary'], body));
      expect(tryOpenssl(['pkeyutl', '-verify', '-in', digest, ...args]).status).toBe(0);
      const whole = ['-rawin', '-digest', 'sm3', '-pkeyopt', sm2DistinguishingId, '-in', written('body', body)];
      expect(tryOpenssl(['pkeyutl', '-verify', ...whole, ...args]).status).not.toBe(0);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });

  it('needs no user id to pass the certificate whose user id is empty', () => {
    const { status } = tryOpenssl([
      'verify',
      '-no-CApath',
      '-no-CAstore',
      '-partial_chain',
      '-CAfile',
      file('sm2/intermediate'),
      file('sm2/empty-id'),
    ]);
    expect(status).toBe(0);
  });

  it('finds the company and its credit code in the leaf', () => {
    const subject = openssl(['x509', '-in', file('sm2/leaf'), '-noout', '-subject', '-nameopt', 'utf8']).toString(
      'utf8',
    );
    expect(subject).toContain('O=贵州一锁通测试工程有限公司');
    expect(subject).toContain(`serialNumber=${companyCreditCode}`);
  });
});

describe('the table of our certificates', () => {
  it('is the one the recipe writes', () => {
    expect(JSON.parse(readFileSync(path.join(pki, 'index.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(pkiIndex())),
    );
  });
});

describe('check digits', () => {
  it('are those of published numbers', () => {
    // Huawei Technologies, as printed on its public filings; the identity number is the sample of GB 11643-1999.
    expect(withCreditCodeCheck('91440300192203821')).toBe('914403001922038216');
    expect(withIdentityNumberCheck('11010519491231002')).toBe('11010519491231002X');
    expect(withOrganizationCodeCheck('19220382')).toBe('192203821');
  });
});
