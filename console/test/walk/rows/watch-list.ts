import type { WalkRow } from '../rows.ts';
import { prepareProvince } from '../seed.ts';

export const watchListRows: readonly WalkRow[] = [
  {
    area: 'watch-list',
    title: 'an entry proposed, approved by another, hit at use with the alert at once, acknowledged, ended early',
    async run(walk) {
      const province = await prepareProvince(walk);
      const device = walk.say('KEY-7701', 'KEY-7702');
      await walk.go('/watchlist');
      await walk.look('list');
      await walk.dialog('propose', 'propose');
      await walk.choose('kind', 'key-serial');
      await walk.fill('value', device);
      await walk.choose('action', 'block');
      await walk.fill('reason', walk.say('围标串标线索核查', 'suspected collusion'));
      await walk.fill('evidence', walk.say('〔2026〕监督 12 号', 'Decision 12 of 2026'));
      await walk.submit();
      await walk.page.waitForURL(/\/watchlist\/wle_|\/watchlist\/[a-z]+_/);
      await walk.settled();
      await walk.expectText(walk.say('须由另一人批准', 'another person has to approve'));
      await walk.look('entry, proposed by oneself');
      walk.did('proposes an entry');
      const place = new URL(walk.page.url()).pathname.replace('/console', '');

      await walk.become('second');
      await walk.speak(walk.language);
      await walk.go(place);
      await walk.dialog('reject', 'reject');
      await walk.page.keyboard.press('Escape');
      await walk.dialog('approve', 'approve');
      await walk.submit();
      await walk.expectText(walk.say('生效中', 'In force'));
      await walk.look('entry, in force');
      walk.did('approves it as a second person');

      const begun = performance.now();
      const { indication } = await province.logIn({ device });
      if (indication !== 'failed') throw new Error(`the log-in ${indication}`);
      await walk.page.locator('[data-test=alert-toast]').waitFor();
      const took = Math.round(performance.now() - begun);
      walk.did('the alert stands on the page as it comes');
      console.info(`the alert stood on an open page ${took} ms after the log-in was sent`);
      await walk.look('an alert comes while another page is open');

      await walk.go('/alerts');
      await walk.look('alerts');
      await walk.dialog('acknowledge', 'acknowledge');
      await walk.fill('note', walk.say('已电话核实', 'called them back'));
      await walk.submit();
      await walk.tick('open-only');
      await walk.settled();
      await walk.look('alerts, none open');
      walk.did('acknowledges the alert');

      await walk.go(place);
      await walk.dialog('end', 'end early');
      await walk.fill('end-reason', walk.say('线索排除', 'cleared'));
      await walk.submit();
      await walk.expectText(walk.say('已结束', 'Ended'));
      walk.did('ends the entry early');
      await walk.become('first');
    },
  },
  {
    area: 'watch-list',
    title: 'a step-up is cleared for ten minutes, another proposal rejected, each with why',
    async run(walk) {
      const entry = async (value: string) =>
        walk.service.post<{ id: string }>('/v1/watchlist', {
          ...{ kind: 'machine', value, action: 'step-up', reason: '异常设备', evidence: '2' },
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
        });
      walk.know('异常设备');
      const { id } = await entry(walk.say('M-ZH-1', 'M-EN-1'));
      await walk.go(`/watchlist/${id}`);
      await walk.enter('approve');
      await walk.page.locator('dialog[open]').waitFor();
      await walk.submit();
      await walk.dialog('clear', 'clear for ten minutes');
      await walk.fill('why', walk.say('已视频核实', 'seen by video'));
      await walk.submit();
      await walk.expectText(walk.say('放行至', 'Cleared until'));
      walk.did('clears a step-up');
      const other = await entry(walk.say('M-ZH-2', 'M-EN-2'));
      await walk.go(`/watchlist/${other.id}`);
      await walk.dialog('reject', 'reject, with why');
      await walk.fill('why', walk.say('依据不足', 'not enough'));
      await walk.submit();
      await walk.expectText(walk.say('已否决', 'Rejected'));
      walk.did('rejects a proposal');
      const { items } = await walk.service.get<{ items: readonly { details: { why?: string } }[] }>(
        '/v1/audit?action=watchlist.reject&order=newest-first&limit=1',
      );
      if (items[0]?.details.why !== walk.say('依据不足', 'not enough')) throw new Error('the log does not say why');
      walk.did('the audit log says why');
    },
  },
];
