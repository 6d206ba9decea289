import { pem } from '../../../../bridge-service/test/support/pki.ts';
import type { WalkRow } from '../rows.ts';

/** Walked on a service under two-person control. */
export const twoPersonRows: readonly WalkRow[] = [
  {
    area: 'two-person',
    title: 'a CA enters by two people; its sources and its profile change by change sets, with a reason',
    async run(walk) {
      const name = walk.say('两人登记的认证', 'CA of two');
      await walk.go('/cas');
      await walk.enter('register');
      await walk.fill('name', name);
      await walk.paste('certificate-text', pem('sm2/root'));
      await walk.fill('reason', walk.say('首家', 'the first'));
      await walk.submit();
      await walk.page.waitForURL(/\/changes\/chg_/);
      const place = new URL(walk.page.url()).pathname.replace('/console', '');
      walk.know(`登记 CA ${name}`, `设置 CA 证据源 ${name}`, `设置 CA 资料 ${name}`);
      await walk.become('second');
      await walk.speak(walk.language);
      await walk.go(place);
      await walk.enter('approve');
      await walk.submit();
      await walk.expectText(walk.say('已生效', 'Applied'));
      await walk.go('/cas');
      await walk.follow(name);
      await walk.enter('edit-sources');
      await walk.fill('source-crl', 'http://ca.example.cn/two.crl');
      const needed = walk.say('须由另一人批准', 'Another person has to approve');
      // The first refusal of the service tells; from then on this window knows.
      if ((await walk.page.locator('dialog').getByText(needed).count()) === 0) {
        await walk.tabTo('submit');
        await walk.press('Enter');
      }
      await walk.expectText(needed);
      await walk.look('sources, with another person needed');
      await walk.fill('change-reason', walk.say('CA 来函', 'as the CA asks'));
      await walk.submit();
      await walk.page.waitForURL(/\/changes\/chg_/);
      await walk.settled();
      await walk.look('a change set of sources');
      walk.did('set sources: refused, said why, proposed instead');
      await walk.go('/cas');
      await walk.follow(name);
      await walk.enter('edit-profile');
      await walk.fill('hours', '7×24');
      // It has been learnt that another person is needed.
      await walk.fill('change-reason', walk.say('约定', 'agreed'));
      await walk.look('profile, with another person needed');
      await walk.submit();
      await walk.page.waitForURL(/\/changes\/chg_/);
      walk.did('set the profile by a change set');
    },
  },
];
