import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { allRows } from './walk/all-rows.ts';
import { writeMatrix } from './walk/matrix.ts';
import { openWalk, type Walk } from './walk/walk.ts';

vi.setConfig({ testTimeout: 240_000 });
const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../test-results/long');
/** Areas to walk, with commas between; all of them without it. Only a walk through all is recorded. */
const wanted = (process.env.ONELOCK_WALK ?? '').split(',').filter((area) => area !== '');

requireReal('Chromium', chromiumExecutable())('every page of the console, by keyboard alone:', (executable) => {
  let walk: Walk;
  let begun = 0;
  beforeAll(async () => {
    begun = performance.now();
    walk = await openWalk(executable);
    walk.page.setDefaultTimeout(20_000);
  }, 240_000);
  afterAll(async () => {
    if (walk === undefined) return;
    const seconds = Math.round((performance.now() - begun) / 1000);
    if (wanted.length === 0) writeMatrix(folder, walk.seen, { seconds });
    await walk.close();
  });

  for (const language of ['zh-CN', 'en'] as const)
    describe(language, () => {
      for (const row of allRows.filter(({ area }) => wanted.length === 0 || wanted.includes(area)))
        it(`${row.area}: ${row.title}`, async () => {
          walk.begin(row.area);
          await walk.become('first');
          await walk.go('/');
          await walk.speak(language);
          const first = walk.seen.length;
          await row.run(walk);
          const poor = walk.seen.slice(first).filter(({ problems }) => problems.length > 0);
          expect(poor.map(({ what, problems }) => [what, ...problems].join('\n  ')).join('\n')).toBe('');
        });
    });

  it('saw something in both languages', () => {
    for (const language of ['zh-CN', 'en'])
      expect(
        walk.seen.filter((entry) => entry.language === language && entry.problems.length === 0).length,
      ).toBeGreaterThan(0);
  });
});
