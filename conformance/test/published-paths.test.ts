import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { loadExemptions } from '../src/suites/openssl-verify/openssl-verify-suite.ts';
import { runSuite } from '../src/suites/run-suite.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const failedOf = (report: Awaited<ReturnType<typeof runSuite>>) =>
  report.cases.filter(({ outcome }) => outcome === 'failed');

requireReal('published cases', publishedVector('bettertls'))('bettertls', (folder) => {
  it('agrees with every case, hard and soft', async () => {
    const report = await runSuite('bettertls', folder);
    expect(failedOf(report)).toEqual([]);
    expect(report).toMatchObject({ passed: 327, skipped: 0 });
  });
});

requireReal('published cases', publishedVector('openssl-verify'))('openssl-verify', (folder) => {
  it('agrees with every case that needs no option of OpenSSL alone', async () => {
    const report = await runSuite('openssl-verify', folder);
    expect(failedOf(report)).toEqual([]);
    expect(report.passed).toBeGreaterThanOrEqual(45);
  });

  it('exempts cases that such an option decides, each with the option, and no other', () => {
    const suite = JSON.parse(readFileSync(path.join(folder, 'openssl-verify-shared.json'), 'utf8')) as {
      cases: { id: string; opts: string[]; needs_openssl_trust: boolean }[];
    };
    const cases = new Map(suite.cases.map((each) => [each.id, each]));
    for (const { id, option, reason } of loadExemptions()) {
      const { opts = [], needs_openssl_trust = false } = cases.get(id) ?? {};
      expect(needs_openssl_trust || opts.join(' ').includes(option), id).toBe(true);
      expect(reason.length).toBeGreaterThan(40);
    }
  });
});

requireReal('published cases', publishedVector('fuzz'))('fuzz', (folder) => {
  it('ends every entry in a value or a coded error, and reads some', async () => {
    const report = await runSuite('fuzz', folder);
    expect(failedOf(report)).toEqual([]);
    expect(report.cases.length).toBeGreaterThan(202);
    expect(report.cases.find(({ id }) => id === '*')?.reason).toMatch(/^[1-9][0-9]* parsed, [1-9][0-9]* refused$/);
  });
});
