import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { type MatrixColumn, showMatrix } from '../src/conformance/index.ts';
import { matrixFamilies } from './matrix/families.ts';
import { tryFamily } from './matrix/matrix-family.ts';

const folder = fileURLToPath(new URL('../../test-results/long/', import.meta.url));
const columns: MatrixColumn[] = [];

for (const family of matrixFamilies) {
  it(`${family.title.en}: every case, ${family.signatures} signatures in one session`, async () => {
    const column = await tryFamily(family, family.signatures);
    columns.push(column);
    if ('missing' in column) throw new Error(column.missing.en);
    expect(column.cases.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const unsupported = column.cases.filter(({ outcome }) => outcome === 'unsupported').map(({ id }) => id);
    expect(unsupported.sort()).toEqual([...family.unsupported].sort());
  });
}

/** The matrix for people: printed, and beside the count of the set. */
afterAll(() => {
  const text = `# 驱动符合性矩阵\n\n${showMatrix(columns, 'zh-CN')}\n# Driver conformance matrix\n\n${showMatrix(columns, 'en')}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}driver-matrix.md`, text);
  process.stdout.write(`\n${text}\n`);
});
