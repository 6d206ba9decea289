import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { runSuite } from '../src/suites/run-suite.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const work = mkdtempSync(path.join(tmpdir(), 'onelock-limbo-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Limbo {
  readonly testcases: Record<string, unknown>[];
}

requireReal('published cases', publishedVector('x509-limbo'))('x509-limbo', (folder) => {
  it('agrees with every case that can be asked', async () => {
    const report = await runSuite('limbo', folder);
    expect(report.cases.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(report.passed).toBeGreaterThanOrEqual(69);
    for (const { outcome, reason } of report.cases) if (outcome === 'skipped') expect(reason).not.toBe('');
  });

  const namesake = 'crl::issuer-valid-crlsign-and-keycertsign';
  const other = (): string => readFileSync(path.join(folder, '../crl/openssl/cyrillic_crl.pem'), 'utf8');
  const crlsOf = (id: string): unknown =>
    (JSON.parse(readFileSync(path.join(folder, 'limbo-shared.json'), 'utf8')) as Limbo).testcases.find(
      (candidate) => candidate.id === id,
    )?.crls;

  function changed(name: string, id: string, change: (limboCase: Record<string, unknown>) => void): string {
    const limbo = JSON.parse(readFileSync(path.join(folder, 'limbo-shared.json'), 'utf8')) as Limbo;
    const limboCase = limbo.testcases.find((candidate) => candidate.id === id);
    if (limboCase === undefined) throw new Error(`there is no case ${id}`);
    change(limboCase);
    const target = path.join(work, `${name}.json`);
    writeFileSync(target, JSON.stringify({ version: 1, testcases: [limboCase] }));
    return target;
  }

  it('holds the certificate against the expected name', async () => {
    const file = changed('other-name', 'webpki::san::exact-dns-san', (limboCase) => {
      limboCase.expected_peer_name = { kind: 'DNS', value: 'other.example.com' };
    });
    const report = await runSuite('limbo', file);
    expect(report.cases).toMatchObject([{ got: 'FAILURE', reason: 'failed: ERR_PATH_PEER_NAME_MISMATCH' }]);
  });

  it('skips less than three of a hundred, saying why, and asks about wildcards over public suffixes', async () => {
    const { cases, skipped } = await runSuite('limbo', folder);
    expect(skipped).toBeLessThan(cases.length * 0.03);
    expect(cases.filter(({ outcome }) => outcome === 'skipped')).toMatchObject([
      {
        id: 'webpki::san::public-suffix-private-namespace-wildcard-san',
        reason: expect.stringContaining('private section'),
      },
    ]);
    for (const name of ['wildcard', 'multi-label-wildcard']) {
      const asked = cases.find(({ id }) => id === `webpki::san::public-suffix-${name}-san`);
      expect(asked).toMatchObject({ outcome: 'passed', got: 'FAILURE', reason: expect.stringMatching(/PEER_NAME/) });
    }
  });

  it.each([
    ['another issuer', 'SUCCESS', /^profile/, () => [other()]],
    ['a namesake with another key', 'FAILURE', /ERR_REVOCATION_SIGNATURE_INVALID$/, () => crlsOf(namesake)],
    [
      'nobody who can be told',
      'FAILURE',
      /ERR_DER_/,
      () => ['-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'],
    ],
  ] as const)('judges by the lists of a case, here one of %s', async (_, got, reason, crls) => {
    const file = changed('with-lists', 'webpki::san::exact-dns-san', (limboCase) => {
      limboCase.crls = crls();
    });
    expect((await runSuite('limbo', file)).cases).toMatchObject([{ got, reason: expect.stringMatching(reason) }]);
  });

  it('refuses a field, a feature and a version that it does not know', async () => {
    const field = changed('field', 'webpki::san::exact-dns-san', (limboCase) => {
      limboCase.ocsp_responses = [];
    });
    const feature = changed('feature', 'webpki::san::exact-dns-san', (limboCase) => {
      limboCase.features = ['has-ocsp'];
    });
    const version = path.join(work, 'version.json');
    writeFileSync(version, JSON.stringify({ version: 2, testcases: [] }));
    for (const file of [field, feature, version]) {
      await expect(runSuite('limbo', file).catch((error: unknown) => error)).resolves.toFailWith('ERR_SUITE_FORMAT');
    }
  });

  it('counts a malformed certificate as a failure with its code', async () => {
    const file = changed('malformed', 'webpki::san::exact-dns-san', (limboCase) => {
      limboCase.peer_certificate = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';
    });
    const report = await runSuite('limbo', file);
    expect(report.cases).toMatchObject([{ expected: 'SUCCESS', got: 'FAILURE', outcome: 'failed' }]);
    expect(report.cases[0]?.reason).toMatch(/^malformed: ERR_(DER|X509)_/);
  });
});
