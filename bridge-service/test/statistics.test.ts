import { fromBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditCounter } from '../src/services/statistics/count-audit.ts';
import { rollUpDays } from '../src/services/statistics/roll-up.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origins = ['https://bid.example.cn', 'https://other.example.cn'] as const;
let service: TestService;
let platforms: string[];
let ids: string[];
let supervisor: string;
let ca: string;

beforeAll(async () => {
  service = await createTestService();
  supervisor = await service.caller('supervisor');
  platforms = [];
  for (const origin of origins) platforms.push(await service.caller('platform', { origins: [origin] }));
  ids = await Promise.all(
    platforms.map(async (token) => (await service.call('GET', '/v1/callers/self', { token })).body.id),
  );
  const { body } = await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: '示例 CA', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  ca = body.id;
  for (const name of ['sm2/leaf', 'sm2/person'])
    await service.call('POST', '/v1/certificates', { token: service.administrator, body: { certificate: pem(name) } });
  await login(0);
  await login(0, { deviceSerial: 'KEY-0042', driver: 'soft' });
  await login(1, { deviceSerial: 'KEY-0042', driver: 'soft' });
  await login(1, {}, 'sm2/person');
  await login(0, {}, 'sm2/leaf', true);
  await service.call('POST', '/v1/challenges', { token: platforms[0], body: { origin: origins[0] } });
  await service.call('POST', '/v1/certificates/validate', {
    token: platforms[1],
    body: { certificate: pem('sm2/leaf') },
  });
  const { body: asked } = await service.call('POST', '/v1/challenges', {
    token: platforms[1],
    body: { origin: origins[1] },
  });
  const failure = {
    challenge: asked.id,
    code: 'ERR_DRIVER_TIMEOUT',
    context: { driver: 'skf-slow', driverVersion: '1.2' },
  };
  const told = await service.call('POST', '/v1/login-failures', { token: platforms[1], body: failure });
  expect(told.status, JSON.stringify(told.body)).toBe(201);
  const unknown = { ...failure, code: 'ERR_OF_NOBODY' };
  expect((await service.call('POST', '/v1/login-failures', { token: platforms[1], body: unknown })).status).toBe(400);
  await createAuditCounter(service.ports).catchUp();
});
afterAll(() => service.close());

async function login(platform: 0 | 1, context: object = {}, name = 'sm2/leaf', spoilt = false) {
  const token = platforms[platform];
  const origin = origins[platform];
  const { body } = await service.call('POST', '/v1/challenges', { token, body: { origin } });
  service.advance(8_000);
  const challenge = fromBase64(body.challenge);
  const made = makeLoginToken(service.ports.ops, { certificate: name, key: name, origin, challenge });
  const sent = spoilt ? { ...(made as object), origin: 'https://else.example.cn' } : made;
  return service.call('POST', '/v1/logins', { token, body: { token: sent, context } });
}
const get = async (path: string, token = supervisor) => (await service.call('GET', path, { token })).body;

describe('statistics', () => {
  it('say of each CA, platform and driver how its logins went', async () => {
    const all = await get('/v1/statistics');
    expect(all.counted).toBeLessThanOrEqual(all.recorded);
    expect(all.actions).toContainEqual({ action: 'login.judge', passed: 4, failed: 1, indeterminate: 0 });
    expect(all.actions).toContainEqual({ action: 'certificate.validate', passed: 1, failed: 0, indeterminate: 0 });
    expect(all.cas).toEqual([
      expect.objectContaining({ id: ca, name: '示例 CA', logins: { passed: 4, failed: 1, indeterminate: 0 } }),
    ]);
    const own = (id: string | undefined) => all.platforms.find((one: { id: string }) => one.id === id)?.logins;
    expect(own(ids[0])).toEqual({ passed: 2, failed: 1, indeterminate: 0 });
    expect(own(ids[1])).toEqual({ passed: 2, failed: 0, indeterminate: 0 });
    expect(all.drivers).toContainEqual(
      expect.objectContaining({ id: 'soft', logins: { passed: 2, failed: 0, indeterminate: 0 } }),
    );
    expect(all.drivers).toContainEqual(
      expect.objectContaining({ id: 'skf-slow@1.2', gaveUp: 1, logins: { passed: 0, failed: 0, indeterminate: 0 } }),
    );
    expect(all.reasons).toEqual([
      { action: 'login.give-up', reason: 'ERR_DRIVER_TIMEOUT', count: 1 },
      { action: 'login.judge', reason: expect.stringMatching(/^ERR_/), count: 1 },
    ]);
    expect(all.series).toHaveLength(25);
  });

  it('count each entry once, however often and by however many they are counted', async () => {
    const span = { from: '2026-05-01T00:00:00.000Z', until: '2026-07-01T00:00:00.000Z', platform: undefined };
    const cells = async () => JSON.stringify(await service.ports.store.statistics.cells(span));
    const before = await cells();
    await Promise.all([1, 2, 3].map(() => createAuditCounter(service.ports).catchUp()));
    await createAuditCounter(service.ports).catchUp();
    expect(await cells()).toBe(before);
    const counted = await service.ports.store.statistics.counted();
    const again = await service.ports.store.transaction(({ statistics }) =>
      statistics.add(counted - 1, counted, { counts: [], waits: [], visits: [], devices: [] }),
    );
    expect(again).toBe(false);
  });

  it('say how far people come and how long it takes them', async () => {
    const { login: steps, waits, gaveUp } = await get('/v1/statistics/funnels');
    expect(gaveUp).toBe(1);
    expect(steps).toEqual([
      { step: 'challenge', count: 7 },
      { step: 'token', count: 5 },
      { step: 'passed', count: 4 },
    ]);
    expect(waits).toEqual({ classes: [{ seconds: 10, count: 5 }], half: 10, nineInTen: 10 });
  });

  it('say which certificates end soon, by CA, and whose they are', async () => {
    const { items } = await get('/v1/certificates');
    const last = items.map((one: { notAfter: string }) => Date.parse(one.notAfter)).sort()[0];
    const now = service.ports.clock().getTime();
    service.advance(last - now - 10 * 86_400_000);
    const summary = await get('/v1/statistics/expiry');
    expect(summary.days).toEqual([7, 15, 30, 90]);
    expect(summary.cas[0]).toMatchObject({ id: ca, name: '示例 CA' });
    expect(summary.total[0]).toBe(0);
    expect(summary.total[1]).toBeGreaterThan(0);
    const { items: companies } = await get('/v1/companies');
    const listed = await get(`/v1/statistics/expiry/certificates?days=15&ca=${ca}&company=${companies[0].id}`);
    expect(listed.items).toEqual([
      expect.objectContaining({ daysLeft: 10, companyName: companies[0].name, lastUsedAt: expect.any(String) }),
    ]);
    const first = await get('/v1/statistics/expiry/certificates?limit=1');
    const second = await get(`/v1/statistics/expiry/certificates?limit=1&cursor=${first.nextCursor}`);
    expect(second.items[0].id).not.toBe(first.items[0].id);
    expect((await get('/v1/statistics/expiry', platforms[0])).total[1]).toBe(1);
    service.advance(now - service.ports.clock().getTime());
  });

  it('reckon keys that nobody had to buy, and say by what', async () => {
    expect(await get('/v1/statistics/savings')).toEqual({
      assumption: { keysPerPlatform: 1, keyPriceYuan: 0 },
      ...{ holders: 2, certificates: 2, keysWithout: 3, keysSpared: 1, yuanSpared: null },
      holdersByPlatforms: [
        { platforms: 1, holders: 1 },
        { platforms: 2, holders: 1 },
      ],
    });
  });

  it('give a platform its own numbers and nobody else’s', async () => {
    const own = await get('/v1/statistics', platforms[0]);
    expect(own.platforms.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
    expect(own.actions).toContainEqual({ action: 'login.judge', passed: 2, failed: 1, indeterminate: 0 });
    expect(own.actions).toContainEqual({ action: 'certificate.validate', passed: 0, failed: 0, indeterminate: 0 });
    expect(JSON.stringify(own)).not.toContain(ids[1]);
    const other = await service.call('GET', `/v1/statistics?platform=${ids[1]}`, { token: platforms[0] });
    expect([other.status, other.body.error.code]).toEqual([404, 'ERR_REQUEST_NOT_FOUND']);
    expect((await get('/v1/statistics/funnels', platforms[1])).login[1].count).toBe(2);
    for (const path of ['/v1/statistics/savings', '/v1/statistics/state', '/v1/search?q=abc'])
      expect((await service.call('GET', path, { token: platforms[0] })).status, path).toBe(403);
  });

  it('refuse a span that ends before it begins, and one of a thousand years', async () => {
    for (const span of ['from=2026-06-02T00:00:00Z&until=2026-06-01T00:00:00Z', 'from=1026-06-02T00:00:00Z']) {
      const { status, body } = await service.call('GET', `/v1/statistics?${span}`, { token: supervisor });
      expect([status, body.error.code]).toEqual([400, 'ERR_REQUEST_INVALID']);
    }
    expect((await get('/v1/statistics?from=2026-03-01T00:00:00Z')).step).toBe('day');
  });

  it('give no driver a row of its own beyond some hundreds', async () => {
    for (const name of ['soft', 'x'.repeat(65), "a'; drop table cas", '<b>'])
      expect((await login(0, { driver: name })).status, name).toBe(name === 'soft' ? 201 : 400);
  });
});

it('put the hours of days that are over together, and every sum stays', async () => {
  const { statistics } = service.ports.store;
  const span = { from: '2026-05-01T00:00:00.000Z', until: '2026-07-01T00:00:00.000Z', platform: undefined };
  const sums = async () => new Set((await statistics.cells(span)).map((cell) => JSON.stringify(cell)));
  service.advance(3 * 3_600_000);
  await login(0);
  await createAuditCounter(service.ports).catchUp();
  const before = await sums();
  const days = new Set((await statistics.hours(span)).map(({ hour }) => hour));
  expect(days.size).toBe(2);
  service.advance(6 * 86_400_000);
  expect(await rollUpDays(service.ports)).toBeGreaterThan(0);
  expect(await rollUpDays(service.ports)).toBe(0);
  expect(await sums()).toEqual(before);
  expect(new Set((await statistics.hours(span)).map(({ hour }) => hour))).toEqual(new Set(['2026-05-31T16']));
});

describe('the state of the service', () => {
  it('tells of audit log, nodes, sources, webhooks and what waits', async () => {
    const node = { id: `nod_${'0'.repeat(32)}`, host: 'a', startedAt: '2026-06-01T00:00:00.000Z' };
    const state = JSON.stringify({
      ...{ version: '0.1.0', cryptoEngine: 'x', database: 'sqlite', rssBytes: 1, loopDelayMs: 0 },
      ...{ clockOffsetMs: null, clockDoubt: null },
    });
    const seenAt = service.ports.clock().toISOString();
    await service.ports.store.transaction(({ statistics }) => statistics.beat({ ...node, seenAt, state }));
    const told = await get('/v1/statistics/state');
    expect(told.nodes).toEqual([expect.objectContaining({ id: node.id, state: 'working' })]);
    expect(told.audit.size).toBeGreaterThan(10);
    expect(told.registered).toEqual({ companies: expect.any(Number), certificates: 2, platforms: 2 });
    service.advance(16_000);
    expect((await get('/v1/statistics/state')).nodes[0].state).toBe('silent');
  });
});
