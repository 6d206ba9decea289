import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { profiles } from '@onelock/core/path';
import { toleranceNames } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';

const file = (folder: string): string =>
  fileURLToPath(new URL(`../../docs/${folder}guide/judgement.md`, import.meta.url));

describe.each([
  ['zh-CN', ''],
  ['en', 'en/'],
])('the page on judgements in %s', (_language, folder) => {
  const page = readFileSync(file(folder), 'utf8');

  it('names every profile and every tolerance', () => {
    for (const name of [...Object.keys(profiles), ...toleranceNames]) expect(page).toContain(`\`${name}\``);
  });

  it('points to files that are there', () => {
    const named = [...page.matchAll(/(?:core|vectors|conformance)\/[a-z0-9/-]+(?:\.ts|\.pem)/g)].map(([path]) => path);
    expect(named.length).toBeGreaterThan(5);
    for (const path of named)
      expect(existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url))), path).toBe(true);
  });
});
