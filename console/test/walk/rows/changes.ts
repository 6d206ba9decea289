import { expect } from 'vitest';
import { pem } from '../../../../bridge-service/test/support/pki.ts';
import type { WalkRow } from '../rows.ts';
import { prepareCa } from './cas.ts';
import { preparePlatform } from './platforms.ts';

const tomorrow = (): string => new Date(Date.now() + 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 16);

export const changesRows: readonly WalkRow[] = [
  {
    area: 'changes',
    title: 'a CA leaves: proposed, seen whom it touches, approved by a second person, rolled back',
    async run(walk) {
      const name = walk.say('退出的认证', 'Leaving CA');
      const id = await prepareCa(walk, name, 'rsa');
      walk.know(`CA 退出 ${name}`);
      await walk.go('/changes');
      await walk.look('list');
      await walk.go(`/cas/${id}`);
      await walk.enter('off-board');
      await walk.page.locator('dialog[open]').waitFor();
      await walk.look('one change');
      await walk.submit();
      await walk.page.locator('[data-test=preview]').waitFor();
      await walk.fill('reason', walk.say('合同到期', 'contract ended'));
      await walk.look('propose');
      await walk.enter('submit-proposal');
      await walk.page.waitForURL(/\/changes\/chg_/);
      await walk.settled();
      await walk.expectText(walk.say('须由另一人批准', 'another person has to approve'));
      walk.did('propose, with a preview');
      await walk.look('detail, proposed by oneself');
      const place = new URL(walk.page.url()).pathname.replace('/console', '');

      await walk.become('second');
      await walk.speak(walk.language);
      await walk.go(place);
      await walk.look('detail, to be approved');
      await walk.dialog('approve', 'approve');
      await walk.submit();
      await walk.expectText(walk.say('已生效', 'Applied'));
      walk.did('approve as a second person; it applies at once');
      await walk.look('detail, applied');
      await walk.dialog('roll-back', 'roll back');
      await walk.fill('reason', walk.say('误操作', 'by mistake'));
      await walk.submit();
      await walk.expectText(walk.say('已回滚', 'Rolled back'));
      walk.did('roll back');
      await walk.look('detail, rolled back');
      await walk.become('first');
      await walk.speak(walk.language);
      await walk.go(`/cas/${id}`);
      await walk.expectText(walk.say('误操作', 'by mistake'));
      walk.did('the CA’s history says why, of both');
    },
  },
  {
    area: 'changes',
    title: 'new certificates of a CA with an overlap, a change of a platform, at a time; a change of mind',
    async run(walk) {
      const ca = await prepareCa(walk, walk.say('换证的认证', 'Renewing CA'));
      const platform = await preparePlatform(walk, walk.say('厦门平台', 'Xiamen Trading'), [
        walk.say('https://xm.example.cn', 'https://xiamen.example.cn'),
      ]);
      await walk.go('/changes/new');
      await walk.look('propose, empty');
      await walk.dialog('add-operation', 'add a change');
      await walk.choose('kind', 'ca.update');
      await walk.choose('subject', ca);
      await walk.settled();
      await walk.paste(walk.page.locator('dialog [data-test=certificate-text]').first(), pem('p256/root'));
      await walk.fillDate('overlap', tomorrow());
      await walk.look('new certificates beside the old');
      await walk.submit();
      await walk.page.locator('[data-test=preview]').waitFor();
      await walk.enter('add-operation');
      await walk.choose('kind', 'platform.update');
      await walk.choose('subject', platform);
      await walk.fill('name', walk.say('厦门新平台', 'Xiamen New Trading'));
      await walk.submit();
      await walk.fill('title', walk.say('换证与更名', 'Certificates and a name'));
      await walk.fill('reason', walk.say('根证书换代', 'a new root'));
      await walk.fillDate('apply-at', tomorrow());
      await walk.look('propose, of two, at a time');
      await walk.enter('submit-proposal');
      await walk.page.waitForURL(/\/changes\/chg_/);
      await walk.settled();
      const place = new URL(walk.page.url()).pathname.replace('/console', '');
      await walk.become('second');
      await walk.speak(walk.language);
      await walk.go(place);
      await walk.enter('approve');
      await walk.submit();
      await walk.expectText(walk.say('已批准，待生效', 'Approved, waiting'));
      walk.did('schedule an overlap and a change of a platform; approved, it waits for its time');
      await walk.look('detail, approved and waiting');
      await walk.dialog('end', 'end');
      await walk.fill('reason', walk.say('推迟', 'later'));
      await walk.submit();
      await walk.expectText(walk.say('已否决', 'Rejected'));
      walk.did('reject');
    },
  },
  {
    area: 'changes',
    title: 'an overlap is applied, and the CA shows until when the old certificates stay',
    async run(walk) {
      const ca = await prepareCa(walk, walk.say('并用的认证', 'Overlapping CA'));
      await walk.go(`/cas/${ca}`);
      await walk.enter('change');
      await walk.page.locator('dialog[open]').waitFor();
      await walk.settled();
      await walk.paste(walk.page.locator('dialog [data-test=certificate-text]').first(), pem('p256/root'));
      await walk.tick(walk.page.locator('dialog [data-test=keep-anchor]'), false);
      await walk.fillDate('overlap', tomorrow());
      await walk.submit();
      await walk.fill('reason', walk.say('根证书换代', 'a new root'));
      await walk.enter('submit-proposal');
      await walk.page.waitForURL(/\/changes\/chg_/);
      const place = new URL(walk.page.url()).pathname.replace('/console', '');
      await walk.become('second');
      await walk.speak(walk.language);
      await walk.go(place);
      await walk.enter('approve');
      await walk.submit();
      await walk.page.locator('[data-test=follow-up]').waitFor();
      await walk.look('detail, with its overlap');
      await walk.go(`/cas/${ca}`);
      await walk.expectText(walk.say('过渡期至', 'Overlap until'));
      await walk.look('a CA in an overlap');
      walk.know('变更 CA 并用的认证');
      walk.did('apply an overlap');
    },
  },
  {
    area: 'changes',
    title: 'the calendar of bid openings: one that freezes, one that is cancelled',
    async run(walk) {
      const name = walk.say('泉州平台', 'Quanzhou Trading');
      const platform = await preparePlatform(walk, name, [
        walk.say('https://qz.example.cn', 'https://quanzhou.example.cn'),
      ]);
      await walk.go('/openings');
      await walk.look('calendar');
      await walk.dialog('add-opening', 'add a bid opening');
      await walk.fill('opening-title', walk.say('滨河路改造工程', 'River road works'));
      await walk.choose('opening-platform', platform);
      await walk.fillDate('opening-starts', `${tomorrow().slice(0, 10)}T09:00`);
      await walk.fillDate('opening-ends', `${tomorrow().slice(0, 10)}T11:30`);
      await walk.submit();
      await walk.expectText(walk.say('滨河路改造工程', 'River road works'));
      walk.did('add a bid opening');
      await walk.look('calendar, with an opening');
      await walk.dialog('cancel-opening', 'cancel a bid opening');
      await walk.fill('why', walk.say('延期', 'put off'));
      await walk.submit();
      walk.did('cancel a bid opening');

      // One that begins within the hour freezes what is approved meanwhile.
      const soon = new Date(Date.now() + 5 * 60_000).toISOString();
      const opened = walk.say('跨江大桥开标', 'Bridge opening');
      walk.know(opened);
      const { id } = await walk.service.post<{ id: string }>('/v1/bid-openings', {
        ...{ platformId: platform, title: opened, startsAt: soon },
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      });
      const change = await walk.service.post<{ id: string }>('/v1/change-sets', {
        ...{ title: walk.say('平台更名', 'A new name'), reason: walk.say('更名', 'a new name') },
        operations: [{ kind: 'platform.update', id: platform, name: walk.say('泉州新平台', 'Quanzhou New') }],
      });
      walk.know(
        walk.say('平台更名', 'A new name'),
        walk.say('更名', 'a new name'),
        walk.say('泉州新平台', 'Quanzhou New'),
      );
      await walk.go(`/changes/${change.id}`);
      await walk.enter('approve');
      await walk.submit();
      await walk.expectText(walk.say('等待开标结束', 'Waits for the bid opening'));
      await walk.look('detail, frozen by a bid opening');
      walk.did('a bid opening freezes what was approved');
      await walk.go('/openings');
      await walk.enter('cancel-opening');
      await walk.fill('why', walk.say('延期', 'put off'));
      await walk.submit();
      await expect
        .poll(async () => (await walk.service.get<{ state: string }>(`/v1/change-sets/${change.id}`)).state, {
          timeout: 60_000,
        })
        .toBe('applied');
      walk.did('what it froze is applied once the opening is gone');
      expect(id).toMatch(/^opn_/);
    },
  },
];
