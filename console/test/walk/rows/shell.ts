import { runCli } from '../../../../bridge-service/test/support/process.ts';
import type { WalkRow } from '../rows.ts';

export const shellRows: readonly WalkRow[] = [
  {
    area: 'shell',
    title: 'an address that is none; logging out; a wrong code; coming in again, all by keyboard',
    async run(walk) {
      await walk.go('/no/such/page');
      await walk.look('no such page');
      await walk.tabTo('logout');
      await walk.page.keyboard.press('Enter');
      await walk.page.locator('.login').waitFor();
      await walk.look('log-in');
      await walk.tabTo(walk.page.locator('.first-use summary'));
      await walk.page.keyboard.press('Enter');
      await walk.fill('code', 'AAAA-AAAA-AAAA-AAAA');
      await walk.fill('your-name', 'First Walker');
      await walk.enter('enter-by-code');
      await walk.page.locator('.first-use [data-test=failure]').waitFor();
      await walk.look('log-in, with a wrong code');
      walk.did('a wrong code is refused');
      const { stdout } = runCli(['break-glass', '--json'], walk.folder);
      await walk.fill('code', (JSON.parse(stdout) as { readonly code: string }).code);
      await walk.enter('enter-by-code');
      await walk.page.locator('[data-test=who]').waitFor();
      await walk.settled();
      walk.did('comes in again by a code');
    },
  },
];
