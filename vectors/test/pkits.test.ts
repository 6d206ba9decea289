import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { askOpenssl } from '../recipes/pkits-openssl.ts';
import type { PkitsRow } from '../recipes/pkits-workshop.ts';

const folder = fileURLToPath(new URL('../pkits', import.meta.url));
const { tests } = JSON.parse(readFileSync(path.join(folder, 'pkits-index.json'), 'utf8')) as { tests: PkitsRow[] };

describe('the rows in the form of PKITS', () => {
  it('cover every section from 4.1 to 4.16, each with something to accept and something to refuse', () => {
    for (let section = 1; section <= 16; section++) {
      const rows = tests.filter(({ id }) => id.startsWith(`4.${section}.`));
      expect(new Set(rows.map(({ expected }) => expected)), `4.${section}`).toEqual(new Set(['VALID', 'INVALID']));
    }
    expect(tests.length).toBeGreaterThanOrEqual(149);
  });

  it('name files that are there', () => {
    for (const row of tests) {
      for (const name of [row.trust_anchor, ...row.chain_leaf_last, ...row.other_certs])
        expect(existsSync(path.join(folder, 'certs', name)), name).toBe(true);
      for (const name of row.crls) expect(existsSync(path.join(folder, 'crls', name)), name).toBe(true);
    }
  });
});

requireReal('OpenSSL', opensslCommand())('the rows in the form of PKITS, in the eyes of OpenSSL', () => {
  it('come out as they are meant to', { timeout: 120_000 }, () => {
    const others = tests
      .map((row) => ({ row, ...askOpenssl(folder, row) }))
      .filter(({ row, got }) => got !== row.expected)
      .map(({ row, said }) => `${row.id} ${row.name}: ${said}`);
    expect(others).toEqual([]);
  });
});
