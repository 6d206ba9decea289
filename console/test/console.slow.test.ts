import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { allRows } from './walk/all-rows.ts';
import { type Seen, writeMatrix } from './walk/matrix.ts';
import { twoPersonRows } from './walk/rows/two-person.ts';
import type { WalkRow } from './walk/rows.ts';
import { takeScreenshot } from './walk/screenshots.ts';
import { openWalk, type Walk } from './walk/walk.ts';

vi.setConfig({ testTimeout: 240_000 });
const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../test-results/long');
/** Areas to walk, with commas between; all of them without it. Only a walk through all is recorded. */
const wanted = (process.env.ONELOCK_WALK ?? '').split(',').filter((area) => area !== '');
const isWanted = ({ area }: WalkRow): boolean => wanted.length === 0 || wanted.includes(area);

requireReal('Chromium', chromiumExecutable())('the console, by keyboard alone:', (executable) => {
  const begun = performance.now();
  const seen: Seen[] = [];
  afterAll(() => {
    if (wanted.length === 0) writeMatrix(folder, seen, { seconds: Math.round((performance.now() - begun) / 1000) });
  });

  const ways = [
    { control: 'direct', rows: allRows.filter(isWanted) },
    { control: 'two-person', rows: twoPersonRows.filter(isWanted) },
  ] as const;
  for (const { control, rows } of ways.filter((way) => way.rows.length > 0))
    describe(`changes ${control}`, () => {
      let walk: Walk;
      beforeAll(async () => {
        walk = await openWalk(executable, { environment: { ONELOCK_SERVICE_CHANGE_CONTROL: control } });
        walk.page.setDefaultTimeout(20_000);
      }, 240_000);
      afterAll(async () => {
        if (walk === undefined) return;
        seen.push(...walk.seen);
        await walk.close();
      });

      for (const language of ['zh-CN', 'en'] as const)
        for (const row of rows)
          it(`${language}: ${row.area}: ${row.title}`, async () => {
            walk.begin(row.area);
            await walk.become('first');
            await walk.go('/');
            await walk.speak(language);
            const first = walk.seen.length;
            try {
              await row.run(walk);
            } catch (error) {
              await takeScreenshot(walk.page, `failed-${row.area}-${language}`);
              throw error;
            }
            const mine = walk.seen.slice(first);
            expect(mine.length).toBeGreaterThan(0);
            const poor = mine.filter(({ problems }) => problems.length > 0);
            expect(poor.map(({ what, problems }) => [what, ...problems].join('\n  ')).join('\n')).toBe('');
          });
    });
});
