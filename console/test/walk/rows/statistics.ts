import type { WalkRow } from '../rows.ts';
import { prepareProvince } from '../seed.ts';

export const statisticsRows: readonly WalkRow[] = [
  {
    area: 'statistics',
    title: 'rates of CAs, platforms and drivers, the funnels, what ends soon, savings',
    async run(walk) {
      await prepareProvince(walk);
      walk.know('skf-longmai', 'pkcs11-haitai');
      await walk.go('/statistics');
      // Counted once a second.
      await walk.page.locator('code', { hasText: 'skf-longmai' }).waitFor();
      await walk.look('statistics');
      await walk.enter(walk.page.locator('figure summary'));
      await walk.look('statistics, the series as a table');
      await walk.choose('span', '168');
      await walk.settled();
      await walk.look('statistics of a week');
      walk.did('reads statistics with data');
    },
  },
  {
    area: 'statistics',
    title: 'certificates that end within 90, 30, 15 and 7 days, of all CAs and of one',
    async run(walk) {
      await prepareProvince(walk);
      await walk.go('/statistics/expiry');
      await walk.look('ends within 90 days');
      const rows = async (): Promise<number> => walk.page.locator('main tbody tr').count();
      for (const [days, least] of [
        ['7', 5],
        ['15', 9],
        ['30', 14],
      ] as const) {
        await walk.choose('days', days);
        await walk.settled();
        await walk.page.waitForFunction((count) => document.querySelectorAll('main tbody tr').length === count, least);
        if ((await rows()) !== least) throw new Error(`${days} days: ${await rows()} rows`);
      }
      await walk.look('ends within 30 days');
      walk.did('sees 5, 9 and 14 certificates that end within 7, 15 and 30 days');
      const names = await walk.page.locator('[data-test=ca] option').allTextContents();
      const index = names.indexOf('省信安 CA');
      await walk.choose(
        'ca',
        (await walk.page.locator('[data-test=ca] option').nth(index).getAttribute('value')) ?? '',
      );
      await walk.settled();
      walk.did('asks for one CA alone');
    },
  },
  {
    area: 'board',
    title: 'the wall board with data, and an alert on it within a second of the use',
    async run(walk) {
      const province = await prepareProvince(walk);
      walk.know('skf-longmai', 'pkcs11-haitai');
      await walk.go('/board');
      await walk.page.locator('.wall .big').first().waitFor();
      await walk.look('wall board');
      const device = walk.say('KEY-8801', 'KEY-8802');
      walk.know(device);
      const { id } = await walk.service.post<{ id: string }>('/v1/watchlist', {
        ...{ kind: 'key-serial', value: device, action: 'alert', reason: '挂失', evidence: '1' },
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      });
      walk.know('挂失');
      await walk.page.evaluate(async (entry) => {
        await fetch(`/v1/watchlist/${entry}/decision`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-onelock-console': '1' },
          body: '{"decision":"approve"}',
        });
      }, id);
      const begun = performance.now();
      await province.logIn({ device });
      await walk.page.locator('[data-test=wall-banner]').waitFor();
      const took = Math.round(performance.now() - begun);
      console.info(`the alert stood on the wall ${took} ms after the log-in was sent`);
      await walk.look('wall board with an alert');
      walk.did('an alert stands on the wall as it comes');
      await walk.enter('leave-board');
      await walk.settled();
      walk.did('leaves the wall');
    },
  },
];
