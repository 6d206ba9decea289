import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { calls } from '@onelock/core/contract';
import { errorRegistry } from '@onelock/core/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { checkout } from '../tasks/checkout.ts';
import { refresh, staleFiles } from './freshness.ts';
import { generatedFiles, generatedFolders } from './outputs.ts';

const files = generatedFiles();

describe('what is generated from the contract', () => {
  it('is fresh in the checkout (pnpm gen writes it)', () => {
    expect(staleFiles(checkout, files, generatedFolders)).toEqual([]);
  });

  it('has a page in both languages for every call and every error code', () => {
    for (const name of Object.keys(calls)) {
      expect(files.has(`docs/reference/calls/${name}.md`), name).toBe(true);
      expect(files.has(`docs/en/reference/calls/${name}.md`), name).toBe(true);
    }
    for (const folder of ['docs/reference', 'docs/en/reference']) {
      const page = files.get(`${folder}/errors.md`) ?? '';
      for (const code of Object.keys(errorRegistry)) expect(page).toContain(`{#${code.toLowerCase()}}`);
    }
  });

  it('describes 50 methods and 8 events in OpenRPC, and every reference leads somewhere', () => {
    const document = JSON.parse(files.get('docs/public/generated/openrpc.json') ?? '');
    expect(document.methods).toHaveLength(50);
    expect(document['x-events']).toHaveLength(8);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(100);
    for (const [, kind, name] of references) expect(document.components[kind ?? ''], name).toHaveProperty(name ?? '');
  });
});

describe('freshness', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'onelock-gen-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('names what is missing, different or no longer generated, and refreshing settles all three', () => {
    const wanted = new Map([
      ['out/a.md', 'a\n'],
      ['out/deep/b.md', 'b\n'],
    ]);
    expect(staleFiles(root, wanted, ['out']).map(({ why }) => why)).toEqual(['missing', 'missing']);
    refresh(root, wanted, ['out']);
    expect(staleFiles(root, wanted, ['out'])).toEqual([]);
    writeFileSync(path.join(root, 'out/a.md'), 'edited by hand');
    writeFileSync(path.join(root, 'out/deep/c.md'), 'left over');
    expect(staleFiles(root, wanted, ['out'])).toEqual([
      { file: 'out/a.md', why: 'different' },
      { file: 'out/deep/c.md', why: 'not generated any more' },
    ]);
    refresh(root, wanted, ['out']);
    expect(readFileSync(path.join(root, 'out/a.md'), 'utf8')).toBe('a\n');
    expect(staleFiles(root, wanted, ['out'])).toEqual([]);
  });
});
