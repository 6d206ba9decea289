import { toBase64 } from '@onelock/core/bytes';
import { parseCertificate } from '@onelock/core/x509';
import { expect } from 'vitest';
import { derOf, pem } from '../../../../bridge-service/test/support/pki.ts';
import type { WalkRow } from '../rows.ts';
import type { Walk } from '../walk.ts';

/** A platform of this name, by the API; its id. */
export async function preparePlatform(walk: Walk, name: string, origins: readonly string[]): Promise<string> {
  walk.know(name);
  const { items } = await walk.service.get<{ items: readonly { id: string; name: string }[] }>(
    '/v1/platforms?limit=200',
  );
  const there = items.find((platform) => platform.name === name);
  if (there !== undefined) return there.id;
  return (await walk.service.post<{ id: string }>('/v1/callers', { name, role: 'platform', origins })).id;
}

export const platformsRows: readonly WalkRow[] = [
  {
    area: 'platforms',
    title:
      'a platform is added; quota, keys, contacts, webhooks and clients are set; a test is sent, secrets are replaced',
    async run(walk) {
      await walk.go('/platforms');
      await walk.look('list');
      await walk.dialog('create', 'add');
      const name = walk.say('福州市交易平台', 'Fuzhou Trading');
      const origin = walk.say('https://bid.fz.example.cn', 'https://bid.fuzhou.example.cn');
      await walk.fill('name', name);
      await walk.paste('origins', origin);
      await walk.submit();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.look('the credential, shown once');
      await walk.enter('submit');
      await walk.page.locator('h1', { hasText: name }).waitFor();
      walk.did('add; its credential is shown once');
      await walk.look('detail, new');

      await walk.dialog('edit-profile', 'keys, quota and contacts');
      await walk.fill('quota', '0');
      await walk.expectText(walk.say('请填 1 至', 'A whole number, 1 to'));
      await walk.fill('quota', '1200');
      await walk.enter('key-add');
      await walk.fill('key-id', 'k1');
      await walk.paste('key-text', toBase64(parseCertificate(derOf('sm2/leaf')).spki));
      await walk.choose('tickets', 'required');
      await walk.enter('client-certificate-add');
      await walk.fill('client-certificate-id', 'front-1');
      await walk.paste('certificate-text', pem(walk.language === 'en' ? 'rsa/leaf' : 'p256/leaf'));
      await walk.enter('contact-add');
      await walk.fill('contact-name', walk.say('陈工', 'Chen'));
      await walk.fill('contact-duty', walk.say('运维', 'operation'));
      await walk.look('keys, quota and contacts, filled');
      await walk.submit();
      await walk.expectText(walk.say('每分钟 1,200 次', '1,200 a minute'));
      walk.did('set quota, key, TLS certificate, contact');

      await walk.dialog('edit-webhooks', 'webhooks');
      await walk.enter('hook-add');
      await walk.fill('hook-url', `${walk.receiver.url}/hook/${walk.language}`);
      await walk.tick('hook-platform.changed');
      await walk.look('webhooks, with one');
      await walk.submit();
      await walk.expectText(`${walk.receiver.url}/hook/${walk.language}`);
      walk.did('set a webhook');
      const before = walk.receiver.received.length;
      await walk.enter('test-hook');
      await expect.poll(() => walk.receiver.received.slice(before).join('')).toContain('webhook.test');
      walk.did('send a test message, and it comes');
      await expect
        .poll(
          async () => {
            await walk.enter('refresh-messages');
            await walk.settled();
            return walk.page
              .locator('section', { hasText: walk.say('投递记录', 'Deliveries') })
              .locator('tbody')
              .textContent();
          },
          { timeout: 20_000 },
        )
        .toContain(walk.say('已送达', 'Delivered'));
      walk.did('see what became of it');
      await walk.dialog('rotate-hook', 'replace a webhook’s secret');
      await walk.submit();
      await walk.page.locator('[data-test=secret]').waitFor();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.look('the secret, shown once');
      await walk.enter('submit');
      walk.did('replace the secret of a webhook');

      await walk.dialog('add-client', 'register an OpenID Connect client');
      await walk.fill('client-name', walk.say('门户', 'Portal'));
      await walk.choose('client-kind', 'confidential');
      await walk.paste('redirect', `${origin}/callback`);
      await walk.submit();
      await walk.page.locator('[data-test=secret]').waitFor();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.look('the client’s secret, shown once');
      await walk.enter('submit');
      await walk.expectText(`${origin}/callback`);
      walk.did('register an OpenID Connect client');
      await walk.dialog('revoke-client', 'revoke a client');
      await walk.fill('why', walk.say('改用另一个', 'another one is used'));
      await walk.submit();
      await walk.expectText(walk.say('已吊销', 'Revoked'));
      walk.did('revoke a client');

      await walk.dialog('issue-token', 'replace the credential');
      await walk.fill('why', walk.say('疑似泄露', 'may be known'));
      await walk.submit();
      await walk.page.locator('[data-test=secret]').waitFor();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.enter('submit');
      const log = await walk.service.get<{ items: readonly { sequence: number }[] }>(
        '/v1/audit?action=caller.issue-token',
      );
      const entry = await walk.service.get<object>(
        `/v1/audit/entries/${Math.max(...log.items.map(({ sequence }) => sequence))}`,
      );
      expect(JSON.stringify(entry)).toContain(walk.say('疑似泄露', 'may be known'));
      walk.did('replace the credential, with a reason that the audit log keeps');
      await walk.look('detail, all set');
    },
  },
];
