import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Role, roles } from '../src/services/ports/records.ts';
import { routeAccess, sampleUrl, streamAccess } from './support/route-access.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await createTestService({ agentRequestsPerMinute: 10_000, anonymousRequestsPerMinute: 10_000 });
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

describe('roles', () => {
  const shape = (route: string): string => route.replaceAll(/:\w+/g, ':id');

  it('are decided for every route of the OpenAPI document', async () => {
    const { body } = await service.call('GET', '/openapi.json');
    const described = Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${url.replaceAll(/\{\w+\}/g, ':id')}`),
    );
    expect(described.sort()).toEqual(Object.keys(routeAccess).map(shape).sort());
  });

  it('are decided for every other route under /v1', () => {
    // A tree: each line is what its route has beyond the one above it.
    const above: string[] = [];
    const there = service.app
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .flatMap((line) => {
        const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
        const depth = indent.length / 4;
        above.splice(depth, above.length, part);
        const url = above.join('');
        return methods
          .split(', ')
          .flatMap((method) => (method === '' || method === 'HEAD' ? [] : `${method} ${shape(url)}`));
      })
      .filter((route) => route.includes(' /v1/'));
    expect(there.length).toBeGreaterThan(100);
    expect(there.sort()).toEqual(
      [...Object.keys(routeAccess), ...Object.keys(streamAccess)]
        .filter((route) => route.includes(' /v1/'))
        .map(shape)
        .sort(),
    );
  });

  const tokens = new Map<Role, string>();
  beforeAll(async () => {
    for (const role of roles) tokens.set(role, await service.caller(role));
  });

  it.each(Object.entries(routeAccess))('%s is for %j alone', async (route, allowed) => {
    const { method, url } = sampleUrl(route);
    const without = await service.call(method, url);
    if (allowed === 'open') {
      expect(without.status).not.toBe(401);
      return;
    }
    expect(without.status).toBe(401);
    expect(without.body.error.code).toBe('ERR_AUTH_REQUIRED');
    const wrong = await service.call(method, url, { token: `olk_${'A'.repeat(43)}` });
    expect(wrong.body.error.code).toBe('ERR_AUTH_INVALID');
    for (const role of roles) {
      const { status, body } = await service.call(method, url, { token: tokens.get(role) });
      if (allowed.includes(role))
        expect([200, 201, 400, 404, 415], `${role}: ${JSON.stringify(body)}`).toContain(status);
      else expect(body.error, role).toMatchObject({ code: 'ERR_AUTH_ROLE_REQUIRED' });
    }
  });

  it.each(Object.entries(streamAccess))('%s is for %j alone', async (route, allowed) => {
    const { method, url } = sampleUrl(route);
    expect((await service.call(method, url)).body.error.code).toBe('ERR_AUTH_REQUIRED');
    for (const role of roles.filter((one) => !allowed.includes(one))) {
      const { body } = await service.call(method, url, { token: tokens.get(role) });
      expect(body.error, role).toMatchObject({ code: 'ERR_AUTH_ROLE_REQUIRED' });
    }
  });
});
