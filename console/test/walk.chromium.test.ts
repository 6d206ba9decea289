import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
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
});
