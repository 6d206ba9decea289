import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runSuite } from '../src/suites/run-suite.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const folder = fileURLToPath(new URL('../../vectors/pkits', import.meta.url));
const work = mkdtempSync(path.join(tmpdir(), 'onelock-pkits-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

type Row = Record<string, unknown> & { id: string; expected: string; crls: string[] };

function changed(name: string, change: (rows: Row[]) => Row[]): string {
  const copy = path.join(work, name);
  cpSync(folder, copy, { recursive: true });
  const index = path.join(copy, 'pkits-index.json');
  const { tests } = JSON.parse(readFileSync(index, 'utf8')) as { tests: Row[] };
  writeFileSync(index, JSON.stringify({ tests: change(tests) }));
  return copy;
}

describe('our rows in the form of PKITS', () => {
  it('all come out as they are meant to', async () => {
    const report = await runSuite('pkits', folder);
    expect(report.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(report.passed).toBeGreaterThanOrEqual(149);
  });

  it('without the lists, nothing that asks for revocation is accepted', async () => {
    const copy = changed('no-lists', (rows) =>
      rows.filter(({ expected }) => expected === 'VALID').map((row) => ({ ...row, crls: [] })),
    );
    const report = await runSuite('pkits', copy);
    expect(report.passed).toBe(0);
    expect(new Set(report.cases.map(({ got }) => got))).toEqual(new Set(['INVALID']));
  });

  it('refuses a row with a field it does not know, and one whose file is not there', async () => {
    const field = changed('field', (rows) => rows.slice(0, 1).map((row) => ({ ...row, ocsp: [] })));
    await expect(runSuite('pkits', field).catch((error: unknown) => error)).resolves.toFailWith('ERR_SUITE_FORMAT');
    const missing = changed('missing', (rows) => rows.slice(0, 1).map((row) => ({ ...row, crls: ['nowhere.crl'] })));
    await expect(runSuite('pkits', missing).catch((error: unknown) => error)).resolves.toFailWith(
      'ERR_CLI_FILE_UNREADABLE',
    );
  });
});
