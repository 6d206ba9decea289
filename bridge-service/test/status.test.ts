import { afterEach, describe, expect, it } from 'vitest';
import { publicStatus } from '../src/services/public-status.ts';
import { EvidenceWorld, hours } from './support/evidence-world.ts';
import { createTestService } from './support/service.ts';

const worlds: EvidenceWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
async function worldWithPage(): Promise<EvidenceWorld> {
  const world = await EvidenceWorld.create({ kind: 'sm2' }, { statusPage: 'public' });
  worlds.push(world);
  return world;
}
const sync = (world: EvidenceWorld) => world.service.evidence?.sync();
/** As it is now: what is answered over HTTP is kept for some seconds. */
const now = ({ service }: EvidenceWorld) => publicStatus({ ...service.ports });

describe('the public status', () => {
  it('is not there unless the operator publishes it', async () => {
    const service = await createTestService();
    try {
      for (const url of ['/v1/status', '/status', '/status/page.css'])
        expect((await service.call('GET', url)).status).toBe(404);
    } finally {
      await service.close();
    }
  });

  it('says how fresh the sources of a CA are, and no address, number or name of anybody', async () => {
    const world = await worldWithPage();
    world.double.serve('/good.crl', () => world.crl());
    await world.useLists('/good.crl');
    await sync(world);
    const { status, body } = await world.service.call('GET', '/v1/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ state: 'good', clock: 'good' },
      authorities: [
        { name: '证据 CA', sources: [{ kind: 'crl', state: 'fresh', validUntil: hours(24).toISOString() }] },
      ],
    });
    for (const secret of ['127.0.0.1', 'http', 'good.crl', world.caId, '管理员'])
      expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('follows a source that fails, whose list ends, and that comes back', async () => {
    const world = await worldWithPage();
    const stateNow = async () => {
      const { state, authorities } = await now(world);
      return [state, authorities[0]?.sources[0]?.state];
    };
    await world.useLists('/list.crl');
    expect(await stateNow()).toEqual(['limited', 'never']);
    world.double.serve('/list.crl', () => world.crl({ nextUpdate: hours(2) }));
    await sync(world);
    expect(await stateNow()).toEqual(['good', 'fresh']);
    world.double.misbehaviours.set('/list.crl', 'close');
    world.service.advance(90 * 60_000);
    await sync(world);
    expect(await stateNow()).toEqual(['good', 'late']);
    world.service.advance(90 * 60_000);
    await sync(world);
    expect(await stateNow()).toEqual(['limited', 'stale']);
    world.double.misbehaviours.delete('/list.crl');
    world.double.serve('/list.crl', () => world.crl({ thisUpdate: hours(3), nextUpdate: hours(30), number: 11 }));
    await world.service.call('POST', `/v1/cas/${world.caId}/sources/refresh`, { token: world.service.administrator });
    expect(await stateNow()).toEqual(['good', 'fresh']);
  });

  it('is a page without script, in the reader’s language, whatever a CA is called', async () => {
    const world = await worldWithPage();
    await world.service.call('PATCH', `/v1/cas/${world.caId}`, {
      token: world.service.administrator,
      body: { name: '<script>alert(1)</script> & CA' },
    });
    const page = await world.service.call('GET', '/status', { headers: { 'accept-language': 'zh-CN' } });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).toContain('服务正常');
    expect(page.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; CA');
    expect(page.body).not.toMatch(/<script/);
    const english = await world.service.call('GET', '/status', { headers: { 'accept-language': 'en' } });
    expect(english.body).toContain('The service is well');
    expect((await world.service.call('GET', '/status/page.css')).headers['content-type']).toContain('text/css');
  });
});
