import { afterAll, beforeAll, expect, it } from 'vitest';
import { faintTexts } from '../../tools/src/test-setup/faint-texts.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { isTooWide, looseStructure } from './walk/page-checks.ts';
import { openWalk, type Walk } from './walk/walk.ts';

// Dialogs and acts, and every control by Tab: console.slow.test.ts.
requireReal('Chromium', chromiumExecutable())('every page of the menu', (executable) => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await openWalk(executable);
  });
  afterAll(() => walk?.close());

  it.each(['zh-CN', 'en'] as const)(
    'names its controls, keeps to its language and to its width: %s',
    async (language) => {
      await walk.go('/');
      await walk.speak(language);
      const addresses = await walk.page
        .locator('.side-menu a')
        .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
      expect(addresses.length).toBeGreaterThan(15);
      for (const address of addresses.filter((one) => !one.endsWith('/board'))) {
        walk.begin('menu');
        await walk.go(address.replace(/^\/console/, ''));
        await walk.look(address, { sweep: false });
      }
      const poor = walk.seen.filter((seen) => seen.language === language && seen.problems.length > 0);
      expect(poor.map(({ what, problems }) => [what, ...problems].join('\n  ')).join('\n')).toBe('');
    },
  );

  it('sees what is too faint, too wide, or a table that nobody can find their way in', async () => {
    const page = await walk.page.context().newPage();
    await page.setContent(
      '<body style="background:#fff;color:#000"><p style="color:#999">faint</p><p>plain</p><p style="color:#767676">just enough</p>' +
        '<table><thead><tr><th>head</th></tr></thead></table><div style="width:3000px">wide</div>',
    );
    expect(await page.evaluate(faintTexts)).toEqual([expect.stringMatching(/^2\.8\d:1 for “faint”/)]);
    expect(await page.evaluate(isTooWide)).toHaveLength(1);
    expect(await page.evaluate(looseStructure)).toHaveLength(2);
    await page.close();
  });
});
