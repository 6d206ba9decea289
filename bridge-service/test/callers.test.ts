import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roles } from '../src/services/ports/records.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService();
});
afterAll(() => service.close());

describe('callers', () => {
  it('are made by an administrator, who sees the token once', async () => {
    const made = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: '省公共资源交易平台', role: 'platform', origins: ['https://bid.example.cn'] },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ role: 'platform', origins: ['https://bid.example.cn'], revokedAt: null });
    expect(made.body.token).toMatch(/^olk_[A-Za-z0-9_-]{43}$/);
    const found = await service.call('GET', `/v1/callers/${made.body.id}`, { token: service.administrator });
    expect(found.status).toBe(200);
    expect(found.body).not.toHaveProperty('token');
  });

  it('have their tokens nowhere in the database, nor under an idempotency key', async () => {
    const headers = { 'idempotency-key': 'make-a-caller-once' };
    const request = { token: service.administrator, headers, body: { name: 'kept secret', role: 'vendor' } };
    const { body } = await service.call('POST', '/v1/callers', request);
    const replayed = await service.call('POST', '/v1/callers', request);
    expect(replayed.body).toEqual(body);
    const stored = await service.database.stored();
    expect(stored).toContain('kept secret');
    expect(stored).not.toContain(body.token);
    expect(stored).not.toContain(service.administrator);
  });

  it('lose access with the request after their revocation', async () => {
    const { body } = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: 'short-lived', role: 'operator' },
    });
    expect((await service.call('GET', '/v1/cas', { token: body.token })).status).toBe(200);
    const revoked = await service.call('DELETE', `/v1/callers/${body.id}`, { token: service.administrator });
    expect(revoked.body.revokedAt).not.toBeNull();
    const refused = await service.call('GET', '/v1/cas', { token: body.token });
    expect(refused.status).toBe(401);
    expect(refused.body.error.code).toBe('ERR_AUTH_INVALID');
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('cannot lose their last administrator', async () => {
    const self = await service.call('GET', '/v1/callers/self', { token: service.administrator });
    const refused = await service.call('DELETE', `/v1/callers/${self.body.id}`, { token: service.administrator });
    expect(refused.status).toBe(409);
    expect(refused.body.error.code).toBe('ERR_REQUEST_CONFLICT');
  });

  it.each([
    ['http://bid.example.cn', 'plain http'],
    ['https://bid.example.cn/', 'a path'],
    ['https://bid.example.cn:443', 'a default port'],
    ['https://BID.example.cn', 'upper case'],
    ['null', 'the opaque origin'],
    ['https://user@bid.example.cn', 'credentials'],
  ])('of a platform cannot register %s (%s)', async (origin) => {
    const refused = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: 'x', role: 'platform', origins: [origin] },
    });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { field: '/origins/0' } });
  });

  it('cannot share an origin between two platforms, until one of them is revoked', async () => {
    const make = () =>
      service.call('POST', '/v1/callers', {
        token: service.administrator,
        body: { name: 'x', role: 'platform', origins: ['https://shared.example.cn'] },
      });
    const first = await make();
    const second = await make();
    expect(second.status).toBe(409);
    expect(second.body.error).toMatchObject({ code: 'ERR_REQUEST_CONFLICT', params: { field: '/origins/0' } });
    await service.call('DELETE', `/v1/callers/${first.body.id}`, { token: service.administrator });
    expect((await make()).status).toBe(201);
  });

  it('change name, permissions and origins, and nothing else', async () => {
    const made = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: 'before', role: 'platform' },
    });
    const url = `/v1/callers/${made.body.id}`;
    const changed = await service.call('PATCH', url, {
      token: service.administrator,
      body: { name: 'after', permissions: ['explicit-evidence'], origins: ['https://after.example.cn'] },
    });
    expect(changed.body).toMatchObject({ name: 'after', permissions: ['explicit-evidence'] });
    const role = await service.call('PATCH', url, { token: service.administrator, body: { role: 'administrator' } });
    expect(role.body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { field: '/role' } });
  });

  it('of the role agent can be given no permission', async () => {
    const refused = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: 'agents', role: 'agent', permissions: ['explicit-evidence'] },
    });
    expect(refused.body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { field: '/permissions' } });
  });
});

const id = '0'.repeat(32);
/** Every route under /v1 that wants a caller, and who may use it. */
const access: readonly (readonly [method: string, url: string, allowed: readonly string[]])[] = [
  ['POST', '/v1/callers', ['administrator']],
  ['GET', '/v1/callers', ['supervisor', 'administrator']],
  ['GET', '/v1/callers/self', ['platform', 'operator', 'supervisor', 'vendor', 'administrator']],
  ['GET', `/v1/callers/clr_${id}`, ['supervisor', 'administrator']],
  ['PATCH', `/v1/callers/clr_${id}`, ['administrator']],
  ['DELETE', `/v1/callers/clr_${id}`, ['administrator']],
  ['GET', '/v1/platforms', ['platform', 'operator', 'supervisor', 'administrator']],
  ['POST', '/v1/cas', ['operator', 'administrator']],
  ['GET', '/v1/cas', ['platform', 'operator', 'supervisor', 'vendor', 'administrator']],
  ['GET', `/v1/cas/ca_${id}`, ['platform', 'operator', 'supervisor', 'vendor', 'administrator']],
  ['PATCH', `/v1/cas/ca_${id}`, ['operator', 'administrator']],
  ['DELETE', `/v1/cas/ca_${id}`, ['operator', 'administrator']],
  ['POST', '/v1/challenges', ['platform']],
  ['POST', '/v1/logins', ['platform']],
  ['GET', `/v1/logins/lgn_${id}`, ['platform', 'operator', 'supervisor', 'administrator']],
  ['POST', '/v1/certificates/validate', [...roles]],
  ['POST', '/v1/signatures/verify', [...roles]],
  ['GET', '/v1/audit', ['supervisor', 'administrator']],
];

describe('roles', () => {
  it('are asked for on every route of the OpenAPI document but the redeeming of a code', async () => {
    const { body } = await service.call('GET', '/openapi.json');
    const described = Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${url.replaceAll(/\{\w+\}/g, ':id')}`),
    );
    const listed = access.map(([method, url]) => `${method} ${url.replace(/\w+_0{32}/, ':id')}`);
    const open = ['GET /healthz', 'GET /readyz', 'GET /metrics', 'POST /v1/administrators'];
    expect([...listed, ...open].sort()).toEqual(described.sort());
  });

  it.each(access)('%s %s is open to %j alone', async (method, url, allowed) => {
    const without = await service.call(method, url);
    expect(without.status).toBe(401);
    expect(without.body.error.code).toBe('ERR_AUTH_REQUIRED');
    const wrong = await service.call(method, url, { token: `olk_${'A'.repeat(43)}` });
    expect(wrong.body.error.code).toBe('ERR_AUTH_INVALID');
    for (const role of roles) {
      const { status, body } = await service.call(method, url, { token: await service.caller(role) });
      if (allowed.includes(role)) expect([200, 400, 404], `${role}: ${JSON.stringify(body)}`).toContain(status);
      else expect(body.error, role).toMatchObject({ code: 'ERR_AUTH_ROLE_REQUIRED' });
    }
  });
});
