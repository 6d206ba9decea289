import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pem } from './support/pki.ts';
import { type Answer, createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
let service: TestService;
let first: string;
let second: string;
let platform: string;
let platformId: string;
let caId: string;

beforeEach(async () => {
  service = await createTestService({ changeControl: 'two-person' });
  [first, second] = [await service.caller('operator'), await service.caller('operator')];
  platform = await service.caller('platform', { origins: [origin] });
  platformId = (await service.call('GET', '/v1/callers/self', { token: platform })).body.id;
  await agreed([{ kind: 'ca.register', name: 'sm2', anchors: [pem('sm2/root')] }]);
  caId = (await get('/v1/cas')).items[0].id;
});
afterEach(() => service.close());

const send = (method: string, url: string, body?: object, token = service.administrator): Promise<Answer> =>
  service.call(method, url, { token, ...(body && { body }) });
const get = async (url: string, token = service.administrator) => (await send('GET', url, undefined, token)).body;
const propose = (operations: object[]) =>
  send('POST', '/v1/change-sets', { title: '变更', reason: '试验', operations }, first);
async function agreed(operations: object[]): Promise<Answer> {
  const { status, body } = await propose(operations);
  expect(status, JSON.stringify(body)).toBe(201);
  const answer = await send('POST', `/v1/change-sets/${body.id}/approval`, { digest: body.digest }, second);
  expect(answer.body.state, JSON.stringify(answer.body)).toBe('applied');
  return answer;
}
const rollBack = ({ body }: Answer) => send('POST', `/v1/change-sets/${body.id}/rollback`, { reason: '误操作' }, first);

const sources = { crl: [{ url: 'http://crl.example.cn/1.crl' }] };
const caProfile = {
  ...{ contacts: [], serviceLevel: { responseMinutes: 30 }, identityPlaces: [], deviations: [] },
  deviationRule: 'usual',
};
const profile = { contacts: [], keys: [], requestsPerMinute: 77, webhooks: [] };

describe('under two-person control', () => {
  it.each<readonly [string, () => Promise<Answer>]>([
    ['let a platform in', () => send('POST', '/v1/callers', { name: 'p', role: 'platform' })],
    ['let another operator in', () => send('POST', '/v1/callers', { name: 'o', role: 'operator' })],
    ['let another supervisor in', () => send('POST', '/v1/callers', { name: 's', role: 'supervisor' })],
    ['change a platform', () => send('PATCH', `/v1/callers/${platformId}`, { origins: [] })],
    ['revoke a platform', () => send('DELETE', `/v1/callers/${platformId}`)],
    ['change what a platform shows', () => send('PUT', `/v1/platforms/${platformId}/profile`, profile)],
    ['change where evidence comes from', () => send('PUT', `/v1/cas/${caId}/sources`, sources)],
    ['change how a CA is read', () => send('PUT', `/v1/cas/${caId}/profile`, caProfile)],
    [
      'let somebody into the console',
      () =>
        send('POST', '/v1/console-users', {
          ...{ name: '某人', role: 'administrator' },
          key: { certificate: pem('sm2/person'), kind: 'certificate' },
        }),
    ],
    [
      'take an operator’s token',
      async () => {
        const operator = await get('/v1/callers/self', first);
        return send('POST', `/v1/callers/${operator.id}/token`);
      },
    ],
    [
      'revoke the one who would have to approve',
      async () => {
        const operator = await get('/v1/callers/self', second);
        return send('DELETE', `/v1/callers/${operator.id}`);
      },
    ],
  ])('an administrator alone cannot %s', async (_what, act) => {
    const { status, body } = await act();
    expect([status, body.error?.code]).toEqual([409, 'ERR_CHANGE_SET_REQUIRED']);
  });

  it('callers that decide nothing are made by one, and the first second person too', async () => {
    for (const role of ['agent', 'vendor'])
      expect((await send('POST', '/v1/callers', { name: role, role })).status).toBe(201);
    const fresh = await createTestService({ changeControl: 'two-person' });
    try {
      const make = (role: string) =>
        fresh.call('POST', '/v1/callers', { token: fresh.administrator, body: { name: 'x', role } });
      expect((await make('platform')).status).toBe(409);
      expect((await make('operator')).status).toBe(201);
      expect((await make('operator')).status).toBe(409);
    } finally {
      await fresh.close();
    }
  });
});

describe('a change set', () => {
  it('lets a platform in, whose first token is issued then and whose old one ends', async () => {
    const set = await agreed([{ kind: 'platform.register', name: '新平台', origins: ['https://new.example.cn'] }]);
    expect(set.body.preview).toMatchObject([{ kind: 'platform.register', name: '新平台', effect: 'enters' }]);
    const made = (await get('/v1/platforms')).items.find(({ name }: { name: string }) => name === '新平台');
    const issued = await send('POST', `/v1/callers/${made.id}/token`);
    expect(issued.status).toBe(201);
    expect((await get('/v1/callers/self', issued.body.token)).origins).toEqual(['https://new.example.cn']);
    const again = await send('POST', `/v1/callers/${made.id}/token`);
    expect((await send('GET', '/v1/callers/self', undefined, issued.body.token)).status).toBe(401);
    await rollBack(set);
    expect((await send('GET', '/v1/callers/self', undefined, again.body.token)).status).toBe(401);
  });

  it('changes and restores profile and permissions of a platform', async () => {
    const set = await agreed([
      { kind: 'platform.set-profile', id: platformId, profile },
      { kind: 'platform.update', id: platformId, permissions: ['explicit-evidence'] },
    ]);
    expect(await get(`/v1/platforms/${platformId}/profile`)).toMatchObject({ requestsPerMinute: 77 });
    expect((await get('/v1/callers/self', platform)).permissions).toEqual(['explicit-evidence']);
    expect((await rollBack(set)).body.state).toBe('rolled-back');
    expect(await get(`/v1/platforms/${platformId}/profile`)).toMatchObject({ requestsPerMinute: null });
    expect((await get('/v1/callers/self', platform)).permissions).toEqual([]);
  });

  it('changes and restores sources and profile of a CA, unless they were changed since', async () => {
    const set = await agreed([
      { kind: 'ca.set-sources', id: caId, sources },
      { kind: 'ca.set-profile', id: caId, profile: caProfile },
    ]);
    expect(await get(`/v1/cas/${caId}/sources`)).toMatchObject(sources);
    expect(await get(`/v1/cas/${caId}/profile`)).toEqual(caProfile);
    const later = await agreed([{ kind: 'ca.set-sources', id: caId, sources: {} }]);
    expect((await rollBack(set)).body.error.code).toBe('ERR_CHANGE_OUTDATED');
    await rollBack(later);
    expect(await get(`/v1/cas/${caId}/sources`)).toMatchObject(sources);
    const history = await get(`/v1/cas/${caId}/history`);
    expect(history.items.map(({ action }: { action: string }) => action)).toContain('ca.set-sources');
  });

  it('changes and restores how a CA takes applications', async () => {
    const enrolment = {
      ...{ state: 'open', public: true, protocol: 'est', url: 'https://ca.example.cn/.well-known/est', notice: '' },
      ...{ credential: { kind: 'none' }, serverAnchors: [], products: [] },
    };
    const direct = await send('PUT', `/v1/cas/${caId}/enrolment`, enrolment);
    expect(direct.body.error.code).toBe('ERR_CHANGE_SET_REQUIRED');
    const set = await agreed([{ kind: 'ca.set-enrolment', id: caId, enrolment }]);
    expect(await get(`/v1/cas/${caId}/enrolment`)).toMatchObject(enrolment);
    const later = await agreed([{ kind: 'ca.set-enrolment', id: caId, enrolment: { ...enrolment, public: false } }]);
    expect((await rollBack(set)).body.error.code).toBe('ERR_CHANGE_OUTDATED');
    await rollBack(later);
    expect(await get(`/v1/cas/${caId}/enrolment`)).toMatchObject(enrolment);
  });

  it('lets a person into the console and out again', async () => {
    const operation = { kind: 'person.register', name: '某人', role: 'operator', certificate: pem('sm2/person') };
    await agreed([operation]);
    const users = await get('/v1/console-users?role=operator');
    const user = users.items.find(({ name }: { name: string }) => name === '某人');
    expect(user.keys).toHaveLength(1);
    const out = await agreed([{ kind: 'person.revoke', id: user.id }]);
    expect((await get(`/v1/callers/${user.id}`)).revokedAt).not.toBeNull();
    await rollBack(out);
    expect((await get(`/v1/callers/${user.id}`)).revokedAt).toBeNull();
  });

  it('gives a person another role, which one alone cannot, and takes it back', async () => {
    const { body: self } = await send('GET', '/v1/callers/self', undefined, second);
    const direct = await send('POST', `/v1/console-users/${self.id}/role`, { role: 'supervisor' });
    expect(direct.body.error.code).toBe('ERR_CHANGE_SET_REQUIRED');
    const third = await service.caller('operator');
    const operation = { kind: 'person.set-role', id: (await get('/v1/callers/self', third)).id, role: 'supervisor' };
    const set = await agreed([operation]);
    expect(set.body.preview).toMatchObject([{ kind: 'person.set-role', effect: 'changes' }]);
    expect((await get('/v1/callers/self', third)).role).toBe('supervisor');
    expect((await propose([{ ...operation, id: platformId }])).status).toBe(404);
    expect((await rollBack(set)).body.state).toBe('rolled-back');
    expect((await get('/v1/callers/self', third)).role).toBe('operator');
  });

  it.each<readonly [string, () => object, number]>([
    [
      'an address that is none',
      () => ({ kind: 'ca.set-sources', id: caId, sources: { crl: [{ url: 'file:///x' }] } }),
      400,
    ],
    [
      'a key that is none',
      () => ({
        kind: 'platform.set-profile',
        id: platformId,
        profile: { ...profile, keys: [{ id: 'x', publicKey: 'AAAA' }] },
      }),
      400,
    ],
    [
      'a platform that is not there',
      () => ({ kind: 'platform.set-profile', id: `clr_${'0'.repeat(32)}`, profile }),
      404,
    ],
    ['an origin that is none', () => ({ kind: 'platform.register', name: 'x', origins: ['https://a.cn/path'] }), 400],
    ['a platform as a person', () => ({ kind: 'person.revoke', id: platformId }), 404],
    [
      'a certificate that is none',
      () => ({ kind: 'person.register', name: 'x', role: 'operator', certificate: 'AAAA' }),
      400,
    ],
  ])('is not even proposed with %s', async (_what, operation, status) => {
    expect((await propose([operation()])).status).toBe(status);
  });
});
