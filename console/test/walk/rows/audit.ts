import type { WalkRow } from '../rows.ts';
import type { Walk } from '../walk.ts';

/** Checkpoints as a witness would have kept them, in a file; with one of them altered by a digit. */
async function keptCheckpoints(walk: Walk, altered: boolean): Promise<Uint8Array> {
  const { items } = await walk.service.get<{ items: readonly { sm3: string }[] }>('/v1/audit/checkpoints?limit=200');
  const kept = items.map((one, index) =>
    altered && index === 0 ? { ...one, sm3: one.sm3.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) } : one,
  );
  return new TextEncoder().encode(`${kept.map((one) => JSON.stringify(one)).join('\n')}\n`);
}

export const auditRows: readonly WalkRow[] = [
  {
    area: 'audit',
    title: 'the list, a checkpoint signed now, an entry checked in both trees under it',
    async run(walk) {
      await walk.go('/audit');
      await walk.look('list');
      await walk.enter('sign');
      await walk.settled();
      await walk.expectText(walk.say('全部已由检查点覆盖', 'A checkpoint covers all of them'));
      walk.did('signs a checkpoint');
      await walk.fill('action', 'caller.create');
      await walk.enter('apply');
      await walk.settled();
      await walk.tabTo(walk.page.locator('main tbody th a').first());
      await walk.page.keyboard.press('Enter');
      await walk.page.locator('[data-test=check]').waitFor();
      await walk.settled();
      await walk.enter('check');
      await walk.page.locator('[data-test=verdict].good').waitFor();
      await walk.look('entry, checked');
      walk.did('checks an entry: SM3, SHA-256, checkpoint, signature');
    },
  },
  {
    area: 'audit',
    title: 'checkpoints checked, and those that a witness brings, good ones and one that was altered',
    async run(walk) {
      await walk.go('/audit/checkpoints');
      await walk.enter('check');
      await walk.page.locator('td .status.good').first().waitFor();
      await walk.look('checkpoints, checked');
      walk.did('checks the checkpoints');
      const file = walk.page.locator('[data-test=witness-file]');
      await file.setInputFiles({
        name: 'checkpoints.jsonl',
        mimeType: 'text/plain',
        buffer: Buffer.from(await keptCheckpoints(walk, false)),
      });
      await walk.page.locator('[data-test=witness-outcome].good').waitFor();
      await walk.look('a witness’s checkpoints agree');
      walk.did('checks what a witness kept');
      await file.setInputFiles({
        name: 'checkpoints.jsonl',
        mimeType: 'text/plain',
        buffer: Buffer.from(await keptCheckpoints(walk, true)),
      });
      await walk.page.locator('[data-test=witness-outcome].bad').waitFor();
      await walk.look('a witness’s checkpoints do not agree');
      walk.did('sees that an altered checkpoint does not agree');
      const [download] = await Promise.all([walk.page.waitForEvent('download'), walk.enter('export')]);
      if (download.suggestedFilename() !== 'checkpoints.jsonl') throw new Error(download.suggestedFilename());
      walk.did('exports the checkpoints for witnesses');
    },
  },
  {
    area: 'audit',
    title: 'the whole log walked in the browser, stopped or finished, the outcome noted and kept',
    async run(walk) {
      await walk.go('/audit/verify');
      await walk.look('whole log, before');
      await walk.enter('walk-all');
      await walk.page.locator('[data-walk=passed]').waitFor();
      await walk.page.getByText(walk.say('结果已记入审计日志', 'Noted in the audit log')).waitFor();
      await walk.settled();
      await walk.look('whole log, checked');
      const { items } = await walk.service.get<{ items: readonly { outcome: string }[] }>(
        '/v1/audit?action=audit.verify&order=newest-first&limit=1',
      );
      if (items[0]?.outcome !== 'passed') throw new Error('the walk was not noted');
      walk.did('checks the whole log');
      await walk.go('/audit/verify');
      await walk.enter('walk-on');
      await walk.page.locator('[data-walk=passed]').waitFor();
      walk.did('goes on from where the last check ended');

      // A service that is slow, and one that lies about an entry.
      const lists = (url: URL): boolean => url.pathname === '/v1/audit' && !url.searchParams.has('action');
      await walk.page.route(lists, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        await route.continue().catch(() => undefined);
      });
      await walk.enter('walk-all');
      await walk.enter('walk-stop');
      await walk.page.locator('[data-walk=stopped]').waitFor();
      walk.did('stops a check');
      await walk.page.unrouteAll({ behavior: 'ignoreErrors' });
      await walk.page.route(lists, async (route) => {
        const response = await route.fetch();
        const page = (await response.json()) as { items: { sequence: number; details: object }[] };
        for (const entry of page.items) if (entry.sequence === 3) entry.details = { ...entry.details, name: 'altered' };
        await route.fulfill({ response, json: page });
      });
      await walk.enter('walk-all');
      await walk.page.locator('[data-walk=failed]').waitFor();
      await walk.expectText(walk.say('第 3 条处不相符', 'does not agree at entry 3'));
      await walk.settled();
      await walk.look('whole log, that does not agree');
      await walk.page.unrouteAll({ behavior: 'ignoreErrors' });
      walk.did('finds an entry that was altered');
    },
  },
];
