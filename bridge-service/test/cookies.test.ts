import { fromBase64 } from '@onelock/core/bytes';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, callback, listen, pageAct, registerClient, signOn, site, Visitor } from './support/oidc-visitor.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://lock.example.cn';
let service: TestService;
let node: string;
let platformId: string;

beforeAll(async () => {
  service = await createTestService({ publicUrl: origin });
  node = await listen(service);
  const { call, administrator: token } = service;
  await call('POST', '/v1/cas', {
    ...{ token, body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] } },
  });
  const { body } = await call('POST', '/v1/callers', {
    ...{ token, body: { name: '平台', role: 'platform', origins: [site] } },
  });
  platformId = body.id;
});
afterAll(() => service.close());

/** Every cookie that was set, as it was set. */
class Watching extends Visitor {
  readonly lines: string[] = [];
  override async open(url: string, init: RequestInit = {}) {
    const page = await super.open(url, init);
    this.lines.push(...page.headers.getSetCookie());
    return page;
  }
}

/** By the rules of RFC 6265bis for the prefix that its name has. */
function checkCookie(line: string): void {
  const [pair = '', ...attributes] = line.split(/;\s*/);
  const name = pair.slice(0, pair.indexOf('='));
  const said = new Map(
    attributes.map((one): [string, string] => {
      const [key = '', value = ''] = one.toLowerCase().split('=');
      return [key, value];
    }),
  );
  expect([...said.keys()], line).toEqual(expect.arrayContaining(['secure', 'httponly', 'path', 'samesite']));
  expect(said.has('domain'), line).toBe(false);
  expect(said.get('samesite'), line).toMatch(/^(lax|strict)$/);
  if (name.startsWith('__Host-')) expect(said.get('path'), line).toBe('/');
  else {
    // Bound to one interaction, by a path that `__Host-` does not admit.
    expect(name, line).toMatch(/^__Secure-onelock_(interaction|resume)(\.sig)?$/);
    expect(said.get('path'), line).toMatch(/^\/oidc\/(interaction|auth)\/[\w-]{20,}$/);
  }
}

describe('cookies of a service at an https address', () => {
  it('of single sign-on, the hosted page and a phone’s screen are this host’s, hidden from scripts and sent over TLS alone', async () => {
    const registered = await registerClient(service, platformId, {});
    const endpoint = (name: string): string => `${origin}/oidc/${name}`;
    const config = new client.Configuration(
      { issuer: `${origin}/oidc`, authorization_endpoint: endpoint('auth') },
      registered.id,
      registered.secret,
    );
    const visitor = new Watching();
    visitor.node = node;
    const page = await visitor.follow((await begin(config)).url.href);
    expect(page.status).toBe(200);
    await visitor.open(`${page.url}/phone/order`, {
      ...{ method: 'POST', body: '{}' },
      headers: { 'content-type': 'application/json', origin, 'x-onelock-page': 'login' },
    });
    const token = await signOn(service, visitor, page.url);
    const { body } = await pageAct(visitor, page.url, 'login', { token });
    const back = await visitor.follow(body.redirectTo);
    expect(back.location).toMatch(new RegExp(`^${callback}\\?code=`));
    await visitor.open(endpoint('session/end'));
    const names = new Set(visitor.lines.map((line) => line.split('=')[0]));
    for (const name of ['__Host-onelock_session', '__Host-onelock_session.sig', '__Host-onelock-screen'])
      expect([...names]).toContain(name);
    expect(visitor.lines.length).toBeGreaterThan(6);
    for (const line of visitor.lines) checkCookie(line);
  });

  it('of the console likewise, and for pages of this site alone', async () => {
    const { call, administrator: token } = service;
    const headers = { origin, 'x-onelock-console': '1' };
    await call('POST', '/v1/console-users', {
      token,
      body: { name: '张三', role: 'operator', key: { certificate: pem('sm2/leaf'), kind: 'certificate' } },
    });
    const { body: asked } = await call('POST', '/v1/console/challenges', { headers });
    const signed = makeLoginToken(service.ports.ops, {
      ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge: fromBase64(asked.challenge) },
    });
    const entered = await call('POST', '/v1/console/sessions', { headers, body: { token: signed } });
    const line = String(entered.headers['set-cookie']);
    checkCookie(line);
    expect(line).toMatch(/^__Host-onelock-console=[\w-]{40,};/);
    expect(line).toContain('SameSite=Strict');
    const cookie = line.split(';')[0] ?? '';
    const left = await call('DELETE', '/v1/console/session', { headers: { ...headers, cookie } });
    checkCookie(String(left.headers['set-cookie']));
  });

  it('are none on pages that need none', async () => {
    for (const path of [
      '/apply',
      '/phone',
      '/console/',
      '/status',
      '/healthz',
      '/docs',
      '/oidc/jwks',
      '/oidc/.well-known/openid-configuration',
    ])
      expect((await fetch(`${node}${path}`, { redirect: 'manual' })).headers.getSetCookie(), path).toEqual([]);
  });
});
