import { expect } from 'vitest';
import type { WalkRow } from '../rows.ts';

export const webhooksRows: readonly WalkRow[] = [
  {
    area: 'webhooks',
    title: 'a webhook of supervision is added, tested, given a new secret, sent again to, revoked',
    async run(walk) {
      await walk.go('/webhooks');
      await walk.look('list');
      await walk.dialog('create', 'add');
      const name = walk.say('省监管平台', 'Province supervision');
      await walk.fill('name', name);
      await walk.fill('url', `${walk.receiver.url}/hook/supervision-${walk.language}`);
      await walk.submit();
      await walk.page.locator('[data-test=secret]').waitFor();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.look('the secret, shown once');
      await walk.enter('submit');
      await walk.page.locator('h1', { hasText: name }).waitFor();
      await walk.settled();
      walk.did('add');
      const before = walk.receiver.received.length;
      await walk.enter('test');
      await expect.poll(() => walk.receiver.received.slice(before).join('')).toContain('webhook.test');
      const row = walk.page.locator('section', { hasText: walk.say('投递记录', 'Deliveries') }).locator('tbody');
      await expect
        .poll(
          async () => {
            await walk.enter('refresh-messages');
            await walk.settled();
            return row.textContent();
          },
          { timeout: 20_000 },
        )
        .toContain(walk.say('已送达', 'Delivered'));
      walk.did('send a test message, and see it delivered');
      await walk.look('detail, with a delivery');
      await walk.enter('resend');
      await expect.poll(() => walk.receiver.received.length).toBe(before + 2);
      walk.did('send it again');
      await walk.dialog('rotate', 'replace the secret');
      await walk.submit();
      await walk.page.locator('[data-test=secret]').waitFor();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.enter('submit');
      await walk.expectText(walk.say('旧密钥并签至', 'The old secret signs beside until'));
      walk.did('replace the secret');
      await walk.dialog('revoke', 'revoke');
      await walk.fill('why', walk.say('地址停用', 'address is gone'));
      await walk.submit();
      await walk.expectText(walk.say('已撤销', 'Revoked'));
      walk.did('revoke');
      await walk.look('detail, revoked');
    },
  },
];
