import { pem } from '../../../../bridge-service/test/support/pki.ts';
import type { WalkRow } from '../rows.ts';
import type { Walk } from '../walk.ts';

/** A CA of its own for each language, by the API; its id. */
export async function prepareCa(walk: Walk, name: string, family: 'sm2' | 'rsa' = 'sm2'): Promise<string> {
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
      walk.did('register by change set');
    },
  },
  {
    area: 'cas',
    title: 'one CA: certificates, sources, profile, history',
    async run(walk) {
      const id = await prepareCa(walk, walk.say('海峡认证', 'Strait CA'));
      await walk.go(`/cas/${id}`);
      await walk.look('detail');
      await walk.dialog('edit-sources', 'sources');
      await walk.fill('source-crl', 'http://ca.example.cn/sm2.crl');
      await walk.fill('source-tsa', 'http://tsa.example.cn/');
      await walk.submit();
      await walk.expectText('http://ca.example.cn/sm2.crl');
      walk.did('set sources');
    },
  },
];
