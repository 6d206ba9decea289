import { fromBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditCounter } from '../src/services/statistics/count-audit.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
let service: TestService;
let platform: string;
let other: string;
let operator: string;
let supervisor: string;
let loginId: string;
let requestId: string;
let company: { id: string; name: string; creditCode: string };
let certificate: { id: string; serialNumber: string; digest: string };

beforeAll(async () => {
  service = await createTestService();
  platform = await service.caller('platform', { origins: [origin] });
  other = await service.caller('platform', { origins: ['https://other.example.cn'] });
  operator = await service.caller('operator');
  supervisor = await service.caller('supervisor');
  await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: {
      name: '省 CA <img src=x onerror=alert(1)>',
      anchors: [pem('sm2/root')],
      intermediates: [pem('sm2/intermediate')],
    },
  });
  await service.call('POST', '/v1/certificates', { token: operator, body: { certificate: pem('sm2/leaf') } });
  [company] = (await service.call('GET', '/v1/companies', { token: operator })).body.items;
  [certificate] = (await service.call('GET', '/v1/certificates', { token: operator })).body.items;
  const { body } = await service.call('POST', '/v1/challenges', { token: platform, body: { origin } });
  const token = makeLoginToken(service.ports.ops, {
    ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge: fromBase64(body.challenge) },
  });
  const answer = await service.call('POST', '/v1/logins', {
    token: platform,
    body: { token, context: { deviceSerial: 'KEY-0042' } },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  loginId = answer.body.id;
  requestId = String(answer.headers['x-request-id']);
  await createAuditCounter(service.ports).catchUp();
});
afterAll(() => service.close());

const find = async (text: string, token = operator) =>
  service.call('GET', `/v1/search?q=${encodeURIComponent(text)}`, { token });
const found = async (text: string) =>
  (await find(text)).body.hits.map(({ kind, by }: { kind: string; by: string }) => `${kind} by ${by}`);
const lookUp = (id: string, token = supervisor) => service.call('GET', `/v1/support/${id}`, { token });

describe('search', () => {
  it('finds a name with either kind of brackets, and a code in full width', async () => {
    const body = { creditCode: '91520100M00095001X', name: '黔中（集团）有限公司' };
    const { status, body: made } = await service.call('POST', '/v1/companies', { token: operator, body });
    expect(status, JSON.stringify(made)).toBe(201);
    for (const text of ['中(集团)有限', '中（集团）有限', '９１５２０１００Ｍ０００９５'])
      expect(
        (await find(text)).body.hits.map(({ id }: { id: string }) => id),
        text,
      ).toEqual([made.id]);
    const listed = await service.call('GET', `/v1/companies?name=${encodeURIComponent('黔中(集团)')}`, {
      token: operator,
    });
    expect(listed.body.items).toHaveLength(1);
    const byCode = await service.call(
      'GET',
      `/v1/companies?creditCode=${encodeURIComponent('９１５２０１００Ｍ０００９５００１Ｘ')}`,
      {
        token: operator,
      },
    );
    expect(byCode.body.items).toHaveLength(1);
  });

  it('finds by name, code, serial number of certificate and device, digest and id', async () => {
    expect(await found(company.name.slice(1, 4))).toContain('company by name');
    expect(await found(company.creditCode)).toContain('company by credit-code');
    expect(await found(company.creditCode.slice(0, 6).toLowerCase())).toContain('company by credit-code');
    expect(await found(certificate.serialNumber)).toContain('certificate by serial-number');
    expect(await found(certificate.serialNumber.toUpperCase().match(/../g)?.join(':') ?? '')).toContain(
      'certificate by serial-number',
    );
    expect(await found(certificate.digest)).toEqual(['certificate by digest']);
    expect(await found('key-0042')).toEqual(['certificate by device']);
    expect(await found(company.id)).toEqual(['company by id']);
    expect(await found(loginId)).toEqual(['login by id']);
    expect(await found('省 CA')).toEqual(['ca by name']);
  });

  it('finds a former name, and what is watched', async () => {
    service.advance(1_000);
    await service.call('PATCH', `/v1/companies/${company.id}`, { token: operator, body: { name: '更名后的公司' } });
    expect(await found(company.name)).toContain('company by former-name');
    await service.call('POST', '/v1/watchlist', {
      token: operator,
      body: {
        ...{ kind: 'key-serial', value: 'LOST-77', action: 'alert', reason: '挂失', evidence: '1' },
        expiresAt: '2026-07-01T00:00:00Z',
      },
    });
    expect(await found('lost-77')).toEqual(['watch-entry by value']);
  });

  it.each([
    "' or '1'='1",
    "%' union select token_digest from callers --",
    '%',
    '_',
    '\\',
    '"; drop table companies; --',
    '<script>alert(1)</script>',
    '企'.repeat(200),
    '𠮷'.repeat(100),
  ])('takes %j for text', async (text) => {
    const { status, body } = await find(text);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.hits).toEqual([]);
  });

  it('refuses what is too long, has control characters, or is nothing', async () => {
    for (const text of ['a'.repeat(201), 'a\u0000b', 'a\nb', '']) expect((await find(text)).status, text).toBe(400);
    expect((await find('   ')).body).toEqual({ hits: [], more: [] });
  });

  it('gives names as they are, as JSON: whoever shows them shows text', async () => {
    const { body, headers } = await find('onerror');
    expect(body.hits[0].title).toContain('<img src=x onerror=alert(1)>');
    expect(headers['content-type']).toContain('application/json');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('the look-up for support', () => {
  it('tells the story of a login by its id, and by that of its request', async () => {
    for (const id of [loginId, requestId]) {
      const { status, body } = await lookUp(id);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.verdict).toEqual({ indication: 'passed', told: null });
      expect(body.asked).toMatchObject({ name: 'a platform', role: 'platform' });
      expect(body.login.id).toBe(loginId);
      const entry = body.entries.find(({ action }: { action: string }) => action === 'login.judge');
      expect(entry).toMatchObject({ action: 'login.judge', target: loginId, requestId });
      expect(entry.evidence.map(({ use }: { use: string }) => use)).toEqual(
        expect.arrayContaining(['token', 'certificate', 'intermediates', 'trustAnchors']),
      );
      expect(entry.proof.sm3.root).toBe((await service.call('GET', '/v1/audit/head', { token: supervisor })).body.sm3);
    }
  });

  it('says why a request was refused that nobody judged', async () => {
    const refused = await service.call('POST', '/v1/logins', { token: platform, body: { token: 1 } });
    const id = String(refused.headers['x-request-id']);
    expect(refused.body.error.requestId).toBe(id);
    await expect.poll(async () => (await lookUp(id)).status, { timeout: 30_000, interval: 200 }).toBe(200);
    const { body } = await lookUp(id);
    expect(body.refusal).toMatchObject({ route: '/v1/logins', status: 400, told: { code: 'ERR_REQUEST_INVALID' } });
    expect(body.refusal.told.message).toMatch(/[\u4e00-\u9fff]/);
    expect((await lookUp(id, platform)).status).toBe(200);
    expect((await lookUp(id, other)).status).toBe(404);
  });

  it('finds an entry of the audit log by its number, and what made a record by the record’s id', async () => {
    const { body } = await lookUp('1');
    expect(body.entries[0].sequence).toBe(1);
    expect((await lookUp(company.id)).body.entries.map(({ target }: { target: string }) => target)).toContain(
      company.id,
    );
  });

  it('gives a platform its own alone', async () => {
    expect((await lookUp(loginId, platform)).status).toBe(200);
    for (const id of [loginId, requestId, '1', company.id]) expect((await lookUp(id, other)).status, id).toBe(404);
  });

  it('answers 404 for what names nothing, and 400 for what cannot', async () => {
    for (const id of ['99999999', `req_${'0'.repeat(24)}`, `lgn_${'f'.repeat(32)}`, 'nothing'])
      expect((await lookUp(id)).status, id).toBe(404);
    for (const id of ["1'--", '<b>', 'a'.repeat(61), '..'])
      expect((await lookUp(encodeURIComponent(id))).status, id).toBeOneOf([400, 404]);
  });
});

describe('an alert', () => {
  it('is taken note of once, by name, and stays in the list', async () => {
    const { body: entry } = await service.call('POST', '/v1/watchlist', {
      token: operator,
      body: {
        ...{ kind: 'certificate', value: certificate.digest, action: 'alert', reason: '<b>核查</b>', evidence: '2' },
        expiresAt: '2026-07-01T00:00:00Z',
      },
    });
    await service.call('POST', `/v1/watchlist/${entry.id}/decision`, {
      token: supervisor,
      body: { decision: 'approve' },
    });
    const { body } = await service.call('POST', '/v1/challenges', { token: platform, body: { origin } });
    const token = makeLoginToken(service.ports.ops, {
      ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge: fromBase64(body.challenge) },
    });
    await service.call('POST', '/v1/logins', { token: platform, body: { token } });
    const [alert] = (await service.call('GET', '/v1/alerts?open=true', { token: supervisor })).body.items;
    expect(alert).toMatchObject({ platformName: 'a platform', shown: certificate.digest, acknowledgement: null });
    const note = (who: string) =>
      service.call('POST', `/v1/alerts/${alert.id}/acknowledgement`, { token: who, body: { note: '已电话核实' } });
    expect((await note(supervisor)).body.acknowledgement).toMatchObject({ name: 'a supervisor', note: '已电话核实' });
    expect((await note(service.administrator)).body.error.code).toBe('ERR_REQUEST_CONFLICT');
    expect((await note(operator)).status).toBe(403);
    expect((await service.call('GET', '/v1/alerts?open=true', { token: supervisor })).body.items).toEqual([]);
    expect((await service.call('GET', '/v1/alerts', { token: supervisor })).body.items).toHaveLength(1);
  });
});
