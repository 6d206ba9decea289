import type { WalkRow } from '../rows.ts';
import { prepareProvince } from '../seed.ts';

export const operationsRows: readonly WalkRow[] = [
  {
    area: 'operations',
    title: 'nodes, sources, jobs and webhooks of the service',
    async run(walk) {
      await prepareProvince(walk);
      await walk.go('/operations');
      await walk.expectText(walk.say('在线', 'At work'));
      await walk.look('operations');
    },
  },
  {
    area: 'overview',
    title: 'what waits today, with break-glass for all to see',
    async run(walk) {
      await prepareProvince(walk);
      await walk.become('second');
      await walk.speak(walk.language);
      await walk.become('first');
      await walk.go('/');
      await walk.page.locator('[data-test=emergencies]').waitFor();
      await walk.look('today');
    },
  },
  {
    area: 'support',
    title: 'found from anywhere by the key “/”, and the story of a log-in and of a refusal by their ids',
    async run(walk) {
      const province = await prepareProvince(walk);
      await walk.go('/support');
      await walk.look('look up an id');
      const { id } = await province.logIn();
      await walk.fill('support-id', id);
      await walk.enter('look-up');
      await walk.page.locator('[data-test=story]').waitFor();
      await walk.settled();
      walk.know('闽信国密 CA');
      await walk.look('story of a log-in');
      walk.did('looks a log-in up');
      const refused = await fetch(`${walk.url}/v1/companies/com_${'0'.repeat(32)}`, {
        headers: { authorization: `Bearer ${'x'.repeat(40)}` },
      });
      const { error } = (await refused.json()) as { readonly error: { readonly requestId: string } };
      // Refusals are written down together, a moment later.
      const { requestId } = error;
      const there = (): Promise<boolean> =>
        walk.service.get(`/v1/support/${requestId}`).then(
          () => true,
          () => false,
        );
      for (let turn = 0; turn < 60 && !(await there()); turn += 1)
        await new Promise((resolve) => setTimeout(resolve, 250));
      await walk.fill('support-id', requestId);
      await walk.enter('look-up');
      await walk.page.locator('main', { hasText: requestId }).waitFor();
      await walk.page.locator('[data-test=story], main [data-test=failure]').first().waitFor();
      await walk.settled();
      await walk.look('story of a refusal');
      walk.did('looks a refusal up');
      await walk.tabTo('search');
      await walk.page.keyboard.press('Control+A');
      walk.know(province.company);
      await walk.page.keyboard.insertText('黔中建设');
      walk.know('黔中建设');
      await walk.page.keyboard.press('Enter');
      await walk.page.locator('[data-test=found]').waitFor();
      await walk.settled();
      await walk.look('found');
      await walk.follow(province.company);
      walk.did('finds a company');
      await walk.go('/search?q=zzzz-nothing');
      walk.know('zzzz-nothing');
      await walk.page.locator('[data-test=nothing-found]').waitFor();
      await walk.look('nothing found');
    },
  },
];
