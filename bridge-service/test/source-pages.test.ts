import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
const ids: string[] = [];

beforeAll(async () => {
  service = await createTestService({ outbound: true });
  const token = service.administrator;
  for (const [name, root] of [
    ['甲 CA', 'sm2/root'],
    ['乙 CA', 'rsa/root'],
  ] as const) {
    const { body } = await service.call('POST', '/v1/cas', { token, body: { name, anchors: [pem(root)] } });
    ids.push(body.id);
    const addresses = (kind: string) =>
      Array.from({ length: 8 }, (_, index) => ({ url: `http://${kind}${index}.${root.slice(0, 3)}.example.cn/` }));
    const sources = {
      crl: addresses('crl'),
      ocsp: addresses('ocsp'),
      deltaCrl: addresses('delta'),
      tsa: addresses('tsa'),
    };
    const set = await service.call('PUT', `/v1/cas/${body.id}/sources`, { token, body: sources });
    expect(set.status, JSON.stringify(set.body)).toBe(200);
  }
});
afterAll(() => service.close());

const get = async (query: string) => {
  const answer = await service.call('GET', `/v1/evidence-sources?${query}`, { token: service.administrator });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

describe('sources of evidence', () => {
  it('come page by page, each once, in the order of their names', async () => {
    const found: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await get(`limit=15${cursor}`);
      expect(page.items.length).toBeLessThanOrEqual(15);
      expect(page.counts).toEqual({ stale: 0, failing: 0, waiting: 64, fresh: 0 });
      found.push(...page.items.map(({ source }: { source: string }) => source));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(found.length).toBe(64);
    expect(found).toEqual([...new Set(found)].sort());
    expect((await get('')).items.length).toBe(50);
  });

  it('are asked for by CA, by several, and by state', async () => {
    const of = async (query: string) => {
      const { items, counts } = await get(`limit=200&${query}`);
      return [items.length, counts.waiting, new Set(items.map(({ caId }: { caId: string }) => caId)).size];
    };
    expect(await of(`ca=${ids[0]}`)).toEqual([32, 32, 1]);
    expect(await of(`ca=${ids.join(',')}`)).toEqual([64, 64, 2]);
    expect(await of('state=waiting')).toEqual([64, 64, 2]);
    expect(await of('state=stale')).toEqual([0, 64, 0]);
    expect(await of(`ca=ca_${'0'.repeat(32)}`)).toEqual([0, 0, 0]);
  });

  it.each(['ca=x', `ca=ca_${'0'.repeat(32)},`, 'state=bad', 'limit=0', 'limit=201', 'cursor=%00', 'all=1'])(
    'are refused for %s',
    async (query) => {
      const { status } = await service.call('GET', `/v1/evidence-sources?${query}`, { token: service.administrator });
      expect(status).toBe(400);
    },
  );

  it('are the first fifty in the state of the service, with the number of all', async () => {
    const { body } = await service.call('GET', '/v1/statistics/state', { token: service.administrator });
    expect(body.sources.items.length).toBe(50);
    expect(body.sources.items[0]).toMatchObject({ state: 'waiting', caName: expect.stringMatching(/CA$/) });
    expect(body.sources.counts).toEqual({ stale: 0, failing: 0, waiting: 64, fresh: 0 });
  });
});
