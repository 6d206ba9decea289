import { fromBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeLoginToken, pem } from './support/pki.ts';
import { routeAccess } from './support/route-access.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'http://127.0.0.1:18960';
const page = { origin, 'x-onelock-console': '1', 'sec-fetch-site': 'same-origin' };
let service: TestService;
let cookie: string;

beforeAll(async () => {
  service = await createTestService({ anonymousRequestsPerMinute: 1_000_000, callerRequestsPerMinute: 1_000_000 });
  const { call, administrator: token } = service;
  await call('POST', '/v1/cas', {
    ...{ token, body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] } },
  });
  await call('POST', '/v1/console-users', {
    token,
    body: { name: '管理员', role: 'administrator', key: { certificate: pem('sm2/leaf'), kind: 'certificate' } },
  });
  const { body: asked } = await call('POST', '/v1/console/challenges', { headers: page });
  const signed = makeLoginToken(service.ports.ops, {
    ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge: fromBase64(asked.challenge) },
  });
  const entered = await call('POST', '/v1/console/sessions', { headers: page, body: { token: signed } });
  cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
  expect((await call('GET', '/v1/console/session', { headers: { ...page, cookie } })).status).toBe(200);
});
afterAll(() => service.close());

/** What pages of others can make a browser send along with the cookie, were `SameSite` not honoured. */
const forged: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a form': { origin: 'https://evil.example.cn', 'content-type': 'application/x-www-form-urlencoded' },
  'a form that says text': { origin: 'https://evil.example.cn', 'content-type': 'text/plain' },
  'a form of a frame without an origin': { origin: 'null', 'content-type': 'text/plain' },
  'a link': {},
  'a script of another site': { ...page, origin: 'https://evil.example.cn', 'sec-fetch-site': 'cross-site' },
  'a script of a sibling of the domain': {
    ...page,
    origin: 'http://evil.127.0.0.1:18960',
    'sec-fetch-site': 'same-site',
  },
  'a script that hides its origin': { 'x-onelock-console': '1' },
  'a script on another port': { ...page, origin: 'http://127.0.0.1:18961' },
};

it.each(Object.entries(forged))('no route acts for %s with a session of the console', async (_by, headers) => {
  const routes = Object.entries(routeAccess).filter(([, who]) => who !== 'open');
  const acts = routes.filter(([route]) => !/^(GET|HEAD) /.test(route));
  expect(acts.length).toBeGreaterThan(60);
  const before = (await service.ports.store.audit.head()).size;
  for (const [route] of acts) {
    const [method = '', path = ''] = route.split(' ');
    const url = path.replaceAll(/:([a-z]+)/g, (_all, prefix: string) => `${prefix}_${'0'.repeat(32)}`);
    const { status, body } = await service.call(method, url, { headers: { ...headers, cookie }, body: '{}' });
    expect([status, body.error?.code], route).toEqual([403, 'ERR_CONSOLE_ORIGIN']);
  }
  expect((await service.ports.store.audit.head()).size).toBe(before);
});
