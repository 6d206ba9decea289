import { pem } from '../../../../bridge-service/test/support/pki.ts';
import type { WalkRow } from '../rows.ts';
import type { Walk } from '../walk.ts';

/** A CA of this name, by the API; its id. */
export async function prepareCa(walk: Walk, name: string, family: 'sm2' | 'rsa' | 'p256' = 'sm2'): Promise<string> {
  walk.know(name);
  const { items } = await walk.service.get<{ items: readonly { id: string; name: string }[] }>('/v1/cas?limit=200');
  const there = items.find((ca) => ca.name === name);
  if (there !== undefined) return there.id;
  const made = await walk.service.post<{ id: string }>('/v1/cas', {
    ...{ name, anchors: [pem(`${family}/root`)], intermediates: [pem(`${family}/intermediate`)] },
  });
  return made.id;
}

export const casRows: readonly WalkRow[] = [
  {
    area: 'cas',
    title: 'the list; a CA is registered at once, and another by a change set',
    async run(walk) {
      await walk.go('/cas');
      await walk.look('list');
      await walk.dialog('register', 'register');
      const name = walk.say('省电子认证中心', 'Provincial CA');
      await walk.fill('name', name);
      await walk.paste('certificate-text', pem('sm2/root'));
      await walk.choose('how', 'direct');
      await walk.fill('why', walk.say('首家', 'the first'));
      await walk.submit();
      await walk.page.locator('h1', { hasText: name }).waitFor();
      walk.did('register at once');
      await walk.go('/cas');
      await walk.enter('register');
      await walk.fill('name', walk.say('另一家认证中心', 'Another CA'));
      await walk.paste('certificate-text', pem('rsa/root'));
      await walk.fill('reason', walk.say('首次接入', 'First of its kind'));
      await walk.submit();
      await walk.page.waitForURL(/\/changes\//);
      walk.know('登记 CA 另一家认证中心');
      walk.did('register by change set');
    },
  },
  {
    area: 'cas',
    title: 'one CA: certificates, sources, service level, contacts, identity mapping, deviations, history',
    async run(walk) {
      const id = await prepareCa(walk, walk.say('海峡认证', 'Strait CA'), 'p256');
      await walk.go(`/cas/${id}`);
      await walk.look('detail, new');

      await walk.dialog('edit-sources', 'evidence sources');
      await walk.fill('source-crl', `${walk.receiver.url}/sm2.crl`);
      await walk.fill('source-ocsp', `${walk.receiver.url}/ocsp`);
      await walk.fill('source-tsa', `${walk.receiver.url}/tsa`);
      await walk.fill('change-reason', walk.say('证书未载地址', 'certificates name none'));
      await walk.submit();
      await walk.expectText(`${walk.receiver.url}/sm2.crl`);
      walk.did('set OCSP, CRL and TSA sources');
      await walk.enter('refresh-sources');
      await walk.expectText(walk.say('连续失败 1 次', 'Failures in a row: 1'));
      walk.did('refresh sources, and see why one failed');

      await walk.dialog('edit-profile', 'service level and contacts');
      await walk.fill('availability', '99.9');
      await walk.fill('response', '30');
      await walk.fill('hours', '7×24');
      await walk.enter('contact-add');
      await walk.fill('contact-name', walk.say('赵工', 'Zhao'));
      await walk.fill('contact-duty', walk.say('值班', 'on duty'));
      await walk.fill('contact-phone', '0591-12345678');
      await walk.fill('contact-email', 'duty@ca.example.cn');
      await walk.submit();
      await walk.expectText('0591-12345678');
      walk.did('set service level and contacts');

      await walk.dialog('edit-identity', 'identity mapping');
      await walk.enter('place-add');
      await walk.choose('place-source', 'extension-of-authority');
      await walk.fill('place-oids', '1.2.156.112570.11.205');
      await walk.choose('place-reading', 'whole');
      await walk.look('identity mapping, with a place');
      await walk.submit();
      await walk.expectText('1.2.156.112570.11.205');
      walk.did('set identity mapping');

      await walk.dialog('edit-deviations', 'deviations');
      await walk.enter('deviation-add');
      await walk.choose('deviation', 'sm4-cbc-without-mode');
      await walk.fillDate('deviation-since', '2026-01-01');
      await walk.fillDate('deviation-until', '2028-12-31');
      await walk.look('deviations, with one');
      await walk.submit();
      await walk.expectText(walk.say('SM4 算法标识未写明 CBC', 'SM4 without its CBC mode named'));
      walk.did('set a deviation');
      await walk.look('detail, all set');
    },
  },
];
