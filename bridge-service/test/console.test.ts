import { fromBase64 } from '@onelock/core/bytes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueAdministratorCode } from '../src/services/administrator-codes.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { type Answer, createTestService, type TestService } from './support/service.ts';

const origin = 'http://127.0.0.1:18960';
let service: TestService;

beforeEach(async () => {
  service = await createTestService();
  await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'SM2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
});
afterEach(() => service.close());

const page = { origin, 'x-onelock-console': '1', 'sec-fetch-site': 'same-origin' };
const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] ?? '';

interface More {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly at?: TestService;
}
const ask = (method: string, url: string, cookie: string, { body, headers = page, at = service }: More = {}) =>
  at.call(method, url, { ...(body !== undefined && { body }), headers: { ...headers, ...(cookie && { cookie }) } });

async function tokenOf(name: string, at = service) {
  const { body } = await ask('POST', '/v1/console/challenges', '', { at });
  return makeLoginToken(at.ports.ops, { certificate: name, key: name, origin, challenge: fromBase64(body.challenge) });
}
const logIn = async (name = 'sm2/leaf') =>
  ask('POST', '/v1/console/sessions', '', { body: { token: await tokenOf(name) } });

const createUser = (role: string, certificate = 'sm2/leaf', kind = 'certificate') =>
  service.call('POST', '/v1/console-users', {
    token: service.administrator,
    body: { name: '张三', role, key: { certificate: pem(certificate), kind } },
  });

describe('the console', () => {
  it('lets in whom an administrator has bound a certificate to, as a caller of that role, and audits the person', async () => {
    const { body: user, status } = await createUser('operator');
    expect(status, JSON.stringify(user)).toBe(201);
    const entered = await logIn();
    expect(entered.status).toBe(201);
    expect(entered.body).toMatchObject({ indication: 'passed', entered: { user: { id: user.id, role: 'operator' } } });
    expect(String(entered.headers['set-cookie'])).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = cookieOf(entered);
    const company = await ask('POST', '/v1/companies', cookie, {
      body: { creditCode: '91350100M000100Y43', name: '福建某公司' },
    });
    expect(company.status, JSON.stringify(company.body)).toBe(201);
    const { body: log } = await service.call('GET', '/v1/audit?action=company.register', {
      token: service.administrator,
    });
    expect(log.items.at(-1)).toMatchObject({ actor: user.id, role: 'operator' });
    expect((await ask('POST', '/v1/console-users', cookie, { body: {} })).body.error.code).toBe(
      'ERR_AUTH_ROLE_REQUIRED',
    );
    const names = await ask('GET', `/v1/console/names?ids=${user.id}`, cookie);
    expect(names.body.items).toEqual([{ id: user.id, name: '张三', role: 'operator' }]);
  });

  it('lets a person in by any certificate that names them', async () => {
    const { status, body } = await createUser('supervisor', 'sm2/person', 'person');
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body.keys[0].shown).toMatch(/\*/);
    expect((await logIn('sm2/person')).body.entered.user.role).toBe('supervisor');
    expect((await createUser('operator', 'sm2/person', 'person')).body.error.code).toBe('ERR_REQUEST_CONFLICT');
  });

  it('refuses a good certificate of somebody who is no user, and says what to tell the administrator', async () => {
    const { status, body } = await logIn();
    expect(status).toBe(403);
    expect(body.error).toMatchObject({ code: 'ERR_CONSOLE_USER_UNKNOWN', whoCanAct: 'operator' });
    expect(body.error.params.certificate).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives no session for a login that does not pass, or for a token twice', async () => {
    await createUser('operator');
    const token = await tokenOf('sm2/leaf');
    const first = await ask('POST', '/v1/console/sessions', '', { body: { token } });
    expect(first.body.entered).not.toBeNull();
    const again = await ask('POST', '/v1/console/sessions', '', { body: { token } });
    expect(again.body).toMatchObject({
      ...{ indication: 'failed', entered: null, reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN' } },
    });
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('keeps the secret of a session as a digest only', async () => {
    await createUser('operator');
    const [, secret = ''] = cookieOf(await logIn()).split('=');
    expect(secret.length).toBeGreaterThan(40);
    expect(await service.database.stored()).not.toContain(secret);
  });
});

describe('a session', () => {
  let cookie: string;
  let userId: string;
  beforeEach(async () => {
    userId = (await createUser('operator')).body.id;
    cookie = cookieOf(await logIn());
  });
  const session = () => ask('GET', '/v1/console/session', cookie);

  it('ends when it is idle, and at its longest however busy', async () => {
    for (let minutes = 0; minutes < 9 * 60; minutes += 20) {
      service.advance(20 * 60_000);
      expect((await session()).status).toBe(200);
    }
    for (let minutes = 0; minutes < 60; minutes += 20) {
      service.advance(20 * 60_000);
      await session();
    }
    expect((await session()).body.error).toMatchObject({ code: 'ERR_CONSOLE_SESSION_ENDED', whoCanAct: 'user' });
    cookie = cookieOf(await logIn());
    service.advance(31 * 60_000);
    expect((await session()).body.error.code).toBe('ERR_CONSOLE_SESSION_ENDED');
  });

  it('ends when the registry takes its certificate out of use, and nobody comes in with that', async () => {
    await createUser('operator');
    const cookie = cookieOf(await logIn());
    expect((await ask('GET', '/v1/console/session', cookie)).status).toBe(200);
    const asAdministrator = (method: string, url: string, body: object) =>
      service.call(method, url, { token: service.administrator, body });
    const { id } = (await asAdministrator('POST', '/v1/certificates', { certificate: pem('sm2/leaf') })).body;
    await asAdministrator('PATCH', `/v1/certificates/${id}`, { state: 'suspended' });
    expect((await ask('GET', '/v1/console/session', cookie)).body.error.code).toBe('ERR_CONSOLE_SESSION_ENDED');
    expect((await logIn()).body).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_REGISTRY_CERTIFICATE_INACTIVE' },
    });
  });

  it('ends by logging out, and with its key, and with its user', async () => {
    const out = await ask('DELETE', '/v1/console/session', cookie);
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0');
    expect((await session()).status).toBe(401);

    cookie = cookieOf(await logIn());
    const { body: user } = await service.call('GET', `/v1/console-users/${userId}`, { token: service.administrator });
    await service.call('POST', `/v1/console-users/${userId}/keys/end`, {
      ...{ token: service.administrator, body: { key: user.keys[0].id } },
    });
    expect((await session()).status).toBe(401);
    expect((await logIn()).body.error.code).toBe('ERR_CONSOLE_USER_UNKNOWN');

    await service.call('POST', `/v1/console-users/${userId}/keys`, {
      ...{ token: service.administrator, body: { certificate: pem('sm2/leaf'), kind: 'certificate' } },
    });
    cookie = cookieOf(await logIn());
    expect((await session()).status).toBe(200);
    await service.call('DELETE', `/v1/console-users/${userId}`, { token: service.administrator });
    expect((await session()).status).toBe(401);
  });

  it('cannot be used by a page of another site', async () => {
    const close = (headers: Record<string, string>, method = 'POST') =>
      ask(method, method === 'GET' ? '/v1/cas' : '/v1/companies', cookie, {
        ...{ headers, ...(method !== 'GET' && { body: { creditCode: '91350100M000100Y43', name: 'x' } }) },
      });
    for (const headers of [
      {},
      { origin },
      { 'x-onelock-console': '1' },
      { 'x-onelock-console': '1', origin: 'https://evil.example.cn' },
      { 'x-onelock-console': '1', origin: 'null' },
      { ...page, 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await close(headers as Record<string, string>);
      expect(answer.status, JSON.stringify(headers)).toBe(403);
      expect(answer.body.error.code).toBe('ERR_CONSOLE_ORIGIN');
    }
    expect((await close({}, 'GET')).body.error.code).toBe('ERR_CONSOLE_ORIGIN');
    expect((await close({ 'x-onelock-console': '1' }, 'GET')).status).toBe(200);
  });

  it('gives an answer again for the same Idempotency-Key', async () => {
    const more = {
      headers: { ...page, 'idempotency-key': 'console-test-1' },
      body: { creditCode: '91350100M000100Y43', name: '福建某公司' },
    };
    const first = await ask('POST', '/v1/companies', cookie, more);
    const again = await ask('POST', '/v1/companies', cookie, more);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
  });
});

describe('the first administrator', () => {
  it('comes in by the one-time code, and from then on by the certificate bound', async () => {
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    const wrong = await ask('POST', '/v1/console/sessions/by-code', '', { body: { code: 'WRONG', name: '李四' } });
    expect(wrong.body.error.code).toBe('ERR_AUTH_CODE_INVALID');
    const entered = await ask('POST', '/v1/console/sessions/by-code', '', { body: { code, name: '李四' } });
    expect(entered.body).toMatchObject({ user: { name: '李四', role: 'administrator' }, session: { by: 'code' } });
    const cookie = cookieOf(entered);

    const bound = await ask('POST', '/v1/console/session/keys', cookie, { body: { token: await tokenOf('sm2/leaf') } });
    expect(bound.status, JSON.stringify(bound.body)).toBe(201);
    expect(bound.body.keys).toHaveLength(1);
    expect((await logIn()).body.entered.user).toEqual(entered.body.user);

    const stale = await tokenOf('sm2/leaf');
    await ask('POST', '/v1/console/sessions', '', { body: { token: stale } });
    const again = await ask('POST', '/v1/console/session/keys', cookie, { body: { token: stale } });
    expect(again.body.error.code).toBe('ERR_CONSOLE_PROOF_FAILED');
  });
});

describe('sessions of the console', () => {
  const sessions = async (cookie: string, query = '') =>
    (await ask('GET', `/v1/console/sessions${query}`, cookie)).body.items;

  it('are seen by whose they are, and by supervision; an administrator ends anybody’s, with the reason in the log', async () => {
    const { body: user } = await createUser('operator');
    const { code } = await issueAdministratorCode(service.ports, 'break-glass');
    const admin = cookieOf(await ask('POST', '/v1/console/sessions/by-code', '', { body: { code, name: '应急' } }));
    const own = cookieOf(await logIn());
    const other = cookieOf(await logIn());

    const mine = (await sessions(own)) as { id: string; userId: string; by: string; current: boolean }[];
    expect(mine.map(({ userId, by }) => [userId, by])).toEqual(Array(2).fill([user.id, 'certificate']));
    const newest = mine.find(({ current }) => !current);
    const older = mine.find(({ current }) => current);
    expect(await sessions(own, `?user=${'clr_'.padEnd(36, '0')}`)).toHaveLength(2);
    const all = (await sessions(admin)) as typeof mine;
    expect(all.map(({ by }) => by).sort()).toEqual(['certificate', 'certificate', 'code']);
    const ofAdmin = all.find(({ by }) => by === 'code');
    expect(JSON.stringify(await sessions(admin))).not.toContain(own.split('=')[1]);

    expect((await ask('POST', `/v1/console/sessions/${ofAdmin?.id}/end`, own)).status).toBe(404);
    expect((await ask('POST', `/v1/console/sessions/${newest?.id}/end`, own)).body).toEqual({ ended: true });
    expect((await ask('GET', '/v1/console/session', other)).status).toBe(401);
    const headers = { ...page, 'onelock-reason': encodeURIComponent('证书遗失，身份证 350102199003070118') };
    expect((await ask('POST', `/v1/console/sessions/${older?.id}/end`, admin, { headers })).status).toBe(200);
    expect((await ask('GET', '/v1/console/session', own)).status).toBe(401);
    const { items } = (
      await service.call('GET', '/v1/audit?action=console.end-session', { token: service.administrator })
    ).body;
    expect(items).toMatchObject([{ actor: user.id }, { target: user.id, details: { why: expect.any(String) } }]);
    expect(items[0].details.why).toBeUndefined();
    expect(items[1].details.why).toMatch(/^证书遗失，身份证 .*\*/);
  });

  it('end when their user is given another role; the last administrator keeps hers', async () => {
    const { body: user } = await createUser('operator');
    const cookie = cookieOf(await logIn());
    const change = (id: string, role: string) =>
      service.call('POST', `/v1/console-users/${id}/role`, { token: service.administrator, body: { role } });
    expect((await change(user.id, 'supervisor')).body).toMatchObject({ role: 'supervisor' });
    expect((await ask('GET', '/v1/console/session', cookie)).status).toBe(401);
    expect((await change(user.id, 'supervisor')).body.error.params.field).toBe('/role');
    const { body: self } = await service.call('GET', '/v1/callers/self', { token: service.administrator });
    expect((await change(self.id, 'operator')).body.error.params.field).toBe('last administrator');
    expect((await change('clr_'.padEnd(36, '9'), 'operator')).status).toBe(404);
  });

  it.each(['%', '%E4%BD', '%00', 'x'.repeat(501), '%20'])('refuse a reason that is none: %s', async (reason) => {
    const answer = await service.call('POST', '/v1/console-users', {
      token: service.administrator,
      headers: { 'onelock-reason': reason },
      body: { name: '张三', role: 'operator', key: { certificate: pem('sm2/leaf'), kind: 'certificate' } },
    });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'ERR_REQUEST_INVALID']);
  });
});

describe('the pages of the console', () => {
  it('are served under a policy without inline script, or said to be missing', async () => {
    const { status, headers, body } = await service.call('GET', '/console/cas/ca_1', {
      headers: { host: '127.0.0.1:18960' },
    });
    if (status === 503) expect(body).toContain('ERR_CONSOLE_PAGES_MISSING');
    else {
      expect(String(headers['content-security-policy'])).toMatch(
        /default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'/,
      );
      expect(body).not.toMatch(/<script(?![^>]*\ssrc=)/);
      expect(headers['cache-control']).toBe('no-store');
    }
    expect((await service.call('GET', '/console/assets/..%2f..%2fpackage.json', {})).status).toBe(404);
    expect((await service.call('GET', '/console/assets/nothing.js', {})).status).toBe(404);
  });
});
