import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedVector } from '../../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../../tools/src/test-setup/require-real.ts';
import { judgeCase } from '../judge-case.ts';
import type { CaseResult } from '../suite.ts';
import { wycheproofSuite } from './wycheproof-suite.ts';

type Json = Record<string, unknown>;

const ops = createNodeCrypto();
const work = mkdtempSync(path.join(tmpdir(), 'onelock-wycheproof-ciphers-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

requireReal('published cases', publishedVector('wycheproof'))('wycheproof, what decrypts and derives', (folder) => {
  /** The first test of a published file alone, with something changed. */
  function changed(published: string, change: (parts: { file: Json; group: Json; test: Json }) => void): string {
    const file = JSON.parse(readFileSync(path.join(folder, `${published}_test.json`), 'utf8')) as Json;
    const [group] = file.testGroups as [Json];
    const [test] = group.tests as [Json];
    Object.assign(group, { tests: [test] });
    Object.assign(file, { testGroups: [group], numberOfTests: 1 });
    change({ file, group, test });
    const target = path.join(work, `${published}.json`);
    writeFileSync(target, JSON.stringify(file));
    return target;
  }

  const judge = (target: string): readonly CaseResult[] =>
    wycheproofSuite.open(target).map((suiteCase) => judgeCase(suiteCase, ops, new Map()));

  describe.each([
    { published: 'hmac_sha256', fields: ['tag', 'key'] },
    { published: 'hkdf_sha256', fields: ['okm', 'ikm', 'salt', 'info'] },
    { published: 'pbkdf2_hmacsha256', fields: ['dk', 'password', 'salt'] },
    { published: 'pbes2_hmacsha256_aes_256', fields: ['msg', 'password', 'salt', 'ct'] },
    { published: 'sm4_ccm', fields: ['tag', 'key', 'iv', 'msg'] },
    { published: 'rsa_oaep_2048_sha256_mgf1sha1', fields: ['msg', 'ct', 'label'] },
    { published: 'rsa_oaep_2048_sha256_mgf1sha256', fields: ['msg', 'ct', 'label'] },
    { published: 'rsa_pkcs1_3072', fields: ['msg', 'ct'] },
  ])('$published', ({ published, fields }) => {
    it('passes as it is published', () => {
      expect(judge(changed(published, () => undefined))).toMatchObject([{ got: 'valid', outcome: 'passed' }]);
    });

    it.each(fields)('notices that %s is another', (field) => {
      const target = changed(published, ({ test }) => {
        const hex = String(test[field]);
        test[field] = hex === '' ? '00' : `${hex.slice(0, -2)}${hex.endsWith('00') ? '01' : '00'}`;
      });
      expect(judge(target)).toMatchObject([{ expected: 'valid', got: 'invalid', outcome: 'failed' }]);
    });

    it.each(['group', 'test'] as const)('is refused with a field of the %s that the runner does not know', (where) => {
      const target = changed(published, (parts) => Object.assign(parts[where], { context: 1 }));
      const field = where === 'group' ? '/testGroups/0/context' : '/testGroups/0/tests/0/context';
      expect(() => wycheproofSuite.open(target)).toFailWith('ERR_SUITE_FORMAT');
      expect(() => wycheproofSuite.open(target)).toThrow(expect.objectContaining({ params: { file: target, field } }));
    });
  });

  it.each([
    ['hmac_sha256', 'HMACSHA512/256'],
    ['hkdf_sha256', 'HKDF-SHAKE-128'],
    ['pbkdf2_hmacsha256', 'PBKDF2-HMACSHA3'],
    ['sm4_ccm', 'AES-SIV-CMAC'],
    ['pbes2_hmacsha256_aes_256', 'PbeWithHmacSha512AndAes_256'],
  ])('skips %s by name where its algorithm is %s', (published, algorithm) => {
    const target = changed(published, ({ file }) => Object.assign(file, { algorithm }));
    const reason = expect.stringContaining(algorithm);
    expect(judge(target)).toMatchObject([{ outcome: 'skipped', reason }]);
  });

  it('skips OAEP by name with a digest or mask that core does not do', () => {
    for (const other of [{ sha: 'SHA-512/256' }, { mgfSha: 'SHA-512/224' }, { mgf: 'MGF9' }]) {
      const target = changed('rsa_oaep_2048_sha256_mgf1sha256', ({ group }) => Object.assign(group, other));
      const reason = expect.stringContaining(Object.values(other).join());
      expect(judge(target)).toMatchObject([{ outcome: 'skipped', reason }]);
    }
  });

  it('fails a case whose key core refuses: only a ciphertext may be refused', () => {
    const target = changed('rsa_pkcs1_3072', ({ group, test }) => {
      group.privateKeyPkcs8 = '3000';
      test.result = 'invalid';
    });
    expect(judge(target)).toMatchObject([{ got: 'crashed', outcome: 'failed' }]);
  });

  it('does not let paddings of PKCS#1 v1.5 be told apart: each is answered by implicit rejection', () => {
    const cases = judge(path.join(folder, 'rsa_pkcs1_3072_test.json'));
    const paddings = cases.filter(({ reason }) => reason.includes('InvalidPkcs1Padding'));
    expect(paddings).toHaveLength(20);
    for (const { got, reason } of paddings) {
      expect(got).toBe('invalid');
      expect(reason).toMatch(/; implicit rejection: other octets, and no error$/);
    }
  });

  it('refuses what is no ciphertext with one code', () => {
    const cases = judge(path.join(folder, 'rsa_oaep_2048_sha256_mgf1sha1_test.json'));
    const wrong = cases.filter(({ expected }) => expected === 'invalid');
    expect(wrong).toHaveLength(18);
    for (const { reason } of wrong) expect(reason).toMatch(/; refused with ERR_ENVELOPE_CONTENT_INVALID$/);
  });
});
