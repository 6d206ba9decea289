import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { runSuite } from '../src/suites/run-suite.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const work = mkdtempSync(path.join(tmpdir(), 'onelock-wycheproof-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

type Json = Record<string, unknown>;

requireReal('published cases', publishedVector('wycheproof'))('wycheproof', (folder) => {
  it('agrees with every case, and names the file whose algorithm nothing of ours uses', async () => {
    const report = await runSuite('wycheproof', folder);
    expect(report.cases.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(report.passed).toBeGreaterThan(6700);
    const skipped = report.cases.filter(({ outcome }) => outcome === 'skipped');
    for (const { reason } of skipped) expect(reason).toMatch(/^core does not do AES-CMAC: /);
    const files = new Set(skipped.map(({ id }) => id.replace(/::.*/, '')));
    expect([...files]).toEqual(['aes_cmac_test']);
  });

  it('says which choice was made where the suite leaves one', async () => {
    const report = await runSuite('wycheproof', path.join(folder, 'rsa_signature_2048_sha256_test.json'));
    const choice = report.cases.filter(({ expected }) => expected === 'acceptable');
    expect(choice).toHaveLength(1);
    expect(choice[0]?.reason).toContain('the suite leaves the choice');
    expect(['valid', 'invalid']).toContain(choice[0]?.got);
  });

  /** A copy of a published file with something changed. */
  function changed(name: string, change: (file: Json, group: Json, test: Json) => void): string {
    const file = JSON.parse(readFileSync(path.join(folder, 'ecdsa_secp256r1_sha512_test.json'), 'utf8')) as Json;
    const [group] = file.testGroups as Json[];
    const [test] = (group as Json).tests as Json[];
    change(file, group as Json, test as Json);
    const target = path.join(work, `${name}.json`);
    writeFileSync(target, JSON.stringify(file));
    return target;
  }

  it('notices a case that is wrong about a signature', async () => {
    const target = changed('wrong-result', (_file, _group, test) => {
      test.result = test.result === 'valid' ? 'invalid' : 'valid';
    });
    const report = await runSuite('wycheproof', target);
    expect(report.failed).toBe(1);
  });

  it.each([
    { where: 'file', field: '/context', change: (file: Json) => Object.assign(file, { context: 1 }) },
    {
      where: 'group',
      field: '/testGroups/0/context',
      change: (_file: Json, group: Json) => Object.assign(group, { context: 1 }),
    },
    {
      where: 'test',
      field: '/testGroups/0/tests/0/context',
      change: (_file: Json, _group: Json, test: Json) => Object.assign(test, { context: 1 }),
    },
  ])('refuses a field of the $where that it does not know', async ({ where, field, change }) => {
    const file = changed(`unknown-in-${where}`, change);
    const failure = await runSuite('wycheproof', file).catch((error: unknown) => error);
    expect(failure).toFailWith('ERR_SUITE_FORMAT');
    expect(failure).toMatchObject({ params: { file, field } });
  });

  it('refuses a file whose count of tests is wrong', async () => {
    const file = changed('wrong-count', (content) => Object.assign(content, { numberOfTests: 1 }));
    await expect(runSuite('wycheproof', file).catch((error: unknown) => error)).resolves.toFailWith('ERR_SUITE_FORMAT');
  });
});

describe('a suite that is not there', () => {
  it('is unreadable, with its name', async () => {
    const failure = await runSuite('wycheproof', path.join(work, 'nowhere')).catch((error: unknown) => error);
    expect(failure).toFailWith('ERR_CLI_FILE_UNREADABLE');
  });

  it('is refused when it is not JSON', async () => {
    const file = path.join(work, 'broken.json');
    writeFileSync(file, '{');
    await expect(runSuite('wycheproof', file).catch((error: unknown) => error)).resolves.toFailWith('ERR_SUITE_FORMAT');
  });
});
