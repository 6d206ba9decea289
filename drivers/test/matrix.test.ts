import { afterAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { conformanceCases, type MatrixColumn, showMatrix } from '../src/conformance/index.ts';
import { matrixFamilies } from './matrix/families.ts';
import { tryFamily } from './matrix/matrix-family.ts';

/** Every signature is the same; 500 of them (50 on cards) are for driver-matrix.slow.test.ts. */
const signatures = 3;
const columns: MatrixColumn[] = [];

for (const family of matrixFamilies) {
  const missing = family.missing();
  const title = `${family.title.en} in the matrix of drivers`;
  requireReal(missing ?? 'nothing', missing === null ? 'here' : undefined)(title, () => {
    it('passes every case but those that it says it does not do', { timeout: 300_000 }, async () => {
      const column = await tryFamily(family, signatures);
      columns.push(column);
      if ('missing' in column) throw new Error(column.missing.en);
      const wanted = conformanceCases.map(({ id }) => [id, family.unsupported.includes(id) ? 'unsupported' : 'passed']);
      expect(
        column.cases.map(({ id, outcome }) => [id, outcome]),
        showMatrix([column], 'en'),
      ).toEqual(wanted);
    });
  });
}

afterAll(() => {
  process.stdout.write(`\n${showMatrix(columns, 'zh-CN')}\n`);
});
