import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pem } from './support/pki.ts';
import { type Answer, createTestService, type TestService } from './support/service.ts';

// Two administrators have the same record open: whoever saves second is told, and undoes nothing unseen.
let service: TestService;
let token: string;
let ca: string;
let platform: string;
const records: { readonly what: string; readonly path: string }[] = [];
beforeAll(async () => {
  service = await createTestService();
  token = service.administrator;
  const made = async (url: string, body: object): Promise<string> => {
    const answer = await call('POST', url, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.id;
  };
  ca = await made('/v1/cas', { name: 'ca', anchors: [pem('sm2/root')] });
  platform = await made('/v1/callers', { name: 'platform', role: 'platform', origins: ['https://bid.example.cn'] });
  const company = await made('/v1/companies', { creditCode: '91350100M000100Y43', name: '福建某公司' });
  const certificate = await made('/v1/certificates', { certificate: pem('sm2/leaf') });
  const seal = await made('/v1/seals', { code: '35010000000001', companyId: company, name: '公章', kind: 'company' });
  records.push(
    { what: 'CA', path: `/v1/cas/${ca}` },
    { what: 'platform', path: `/v1/callers/${platform}` },
    { what: 'company', path: `/v1/companies/${company}` },
    { what: 'certificate', path: `/v1/certificates/${certificate}` },
    { what: 'seal', path: `/v1/seals/${seal}` },
  );
});
afterAll(() => service.close());

const call = (method: string, url: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  service.call(method, url, { token, headers, ...(body !== undefined && { body }) });
const tagOf = async (path: string): Promise<string> => String((await call('GET', path)).headers.etag);

describe('a change that names what it was made from', () => {
  it.each([0, 1, 2, 3, 4])('is refused once somebody else has changed the record (%i)', async (index) => {
    const { what, path } = records[index] ?? { what: '', path: '' };
    const field = what === 'certificate' ? 'medium' : 'name';
    const seen = await tagOf(path);
    expect(seen, what).toMatch(/^"\d+"$/);
    const first = await call('PATCH', path, { [field]: '甲改的' }, { 'if-match': seen });
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    const second = await call('PATCH', path, { [field]: '乙改的' }, { 'if-match': seen });
    expect([second.status, second.body.error?.code]).toEqual([412, 'ERR_REQUEST_OUTDATED']);
    expect(second.body.error.params.version).toBe(Number((await tagOf(path)).slice(1, -1)));
    expect((await call('GET', path)).body[field]).toBe('甲改的');
    // Nothing of what was refused stands anywhere.
    const newer = await tagOf(path);
    expect((await call('PATCH', path, { [field]: '乙改的' }, { 'if-match': newer })).status).toBe(200);
    expect((await call('PATCH', path, { [field]: '丙不问' })).status).toBe(200);
  });

  const parts = [
    ['sources', 'cas', { ocsp: [{ url: 'http://ocsp.example.cn/' }] }],
    ['profile', 'cas', { contacts: [], serviceLevel: {}, identityPlaces: [], deviations: [] }],
    ['profile', 'platforms', { contacts: [], keys: [], requestsPerMinute: 100, webhooks: [] }],
  ] as const;
  it.each(parts)('is refused for %s of %s, which have a version of their own', async (part, registry, body) => {
    const path = `/v1/${registry}/${registry === 'cas' ? ca : platform}/${part}`;
    const seen = await tagOf(path);
    expect(seen).toBe('"0"');
    expect((await call('PUT', path, body, { 'if-match': seen })).status).toBe(200);
    const second = await call('PUT', path, body, { 'if-match': seen });
    expect(second.body.error?.code, JSON.stringify(second.body)).toBe('ERR_REQUEST_OUTDATED');
    // Who has the record itself open has not seen anything else change.
    const record = registry === 'cas' ? `/v1/cas/${ca}` : `/v1/callers/${platform}`;
    const whole = await tagOf(record);
    expect((await call('PUT', path, body, { 'if-match': await tagOf(path) })).status).toBe(200);
    expect(await tagOf(record)).toBe(whole);
  });

  it('may have been read by who sees platforms and no callers', async () => {
    const operator = await service.caller('operator');
    const seen = await service.call('GET', `/v1/platforms/${platform}`, { token: operator });
    expect(seen.body).toMatchObject({ id: platform, state: 'active', origins: ['https://bid.example.cn'] });
    expect(seen.headers.etag).toBe(await tagOf(`/v1/callers/${platform}`));
    const { id } = (await service.call('GET', '/v1/callers/self', { token: operator })).body;
    expect((await call('GET', `/v1/platforms/${id}`)).status).toBe(404);
  });

  it('counts once of several at the same moment', async () => {
    const { path } = records[2] ?? { path: '' };
    const seen = await tagOf(path);
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((index) => call('PATCH', path, { name: `第 ${index} 个` }, { 'if-match': seen })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
  });

  it('sent again with its key gets its first answer, though its own change made the record newer', async () => {
    const { path } = records[0] ?? { path: '' };
    const headers = { 'if-match': await tagOf(path), 'idempotency-key': 'change-of-a-ca' };
    const [first, again] = [
      await call('PATCH', path, { name: 'once' }, headers),
      await call('PATCH', path, { name: 'once' }, headers),
    ];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it('may name several versions, any version, and one that a proxy has made weak', async () => {
    const { path } = records[0] ?? { path: '' };
    for (const form of [(tag: string) => `"0", ${tag}`, () => '*', (tag: string) => `W/${tag}`]) {
      const answer = await call('PATCH', path, { name: 'x' }, { 'if-match': form(await tagOf(path)) });
      expect(answer.status, form('""')).toBe(200);
    }
    for (const nonsense of ['1', '"a"', '"1" "2"', "'1'", '"-1"']) {
      const { status, body } = await call('PATCH', path, { name: 'x' }, { 'if-match': nonsense });
      expect([status, body.error?.code], nonsense).toEqual([400, 'ERR_REQUEST_INVALID']);
    }
  });
});

describe('a change set that names what it was made from', () => {
  it('is not made once somebody else has changed that, neither at its proposal nor when it is approved', async () => {
    const [first, second] = [await service.caller('operator'), await service.caller('operator')];
    const path = `/v1/cas/${ca}/profile`;
    const version = Number((await tagOf(path)).slice(1, -1));
    const operation = (hours: string) => ({
      ...{ kind: 'ca.set-profile', id: ca, version },
      profile: { contacts: [], serviceLevel: { hours }, identityPlaces: [], deviations: [] },
    });
    const propose = (hours: string) =>
      service.call('POST', '/v1/change-sets', {
        token: first,
        body: { title: '服务时间', reason: '试验', operations: [operation(hours)] },
      });
    const approve = ({ body }: Answer) =>
      service.call('POST', `/v1/change-sets/${body.id}/approval`, { token: second, body: { digest: body.digest } });
    const [one, two] = [await propose('甲'), await propose('乙')];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect((await approve(one)).body.state).toBe('applied');
    expect((await approve(two)).body).toMatchObject({ state: 'failed', failure: 'ERR_CHANGE_OUTDATED' });
    expect((await call('GET', path)).body.serviceLevel).toEqual({ hours: '甲' });
    expect((await propose('丙')).body.error).toMatchObject({ code: 'ERR_CHANGE_OUTDATED', params: { field: ca } });
    // Its own operations are none of somebody else.
    const now = Number((await tagOf(path)).slice(1, -1));
    const twice = [
      { ...operation('丁'), version: now },
      { ...operation('戊'), version: now },
    ];
    const both = await service.call('POST', '/v1/change-sets', {
      token: first,
      body: { title: '两次', reason: '试验', operations: twice },
    });
    expect((await approve(both)).body.state).toBe('applied');
  });
});
