import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Begun,
  begin,
  openProvider,
  pageAct,
  type RegisteredClient,
  registerClient,
  signOn,
  site,
  Visitor,
  walkIn,
} from './support/oidc-visitor.ts';
import type { TestService } from './support/service.ts';

let service: TestService;
let url: string;
let platformId: string;
let registered: RegisteredClient;
let config: client.Configuration;

beforeAll(async () => {
  ({ service, url, platformId, registered, config } = await openProvider());
});
afterAll(() => service.close());

const changed = (begun: Begun, change: (parameters: URLSearchParams) => void): string => {
  const address = new URL(begun.url);
  change(address.searchParams);
  return address.href;
};
const tokenRequest = (parameters: Record<string, string>, secret = registered.secret) =>
  fetch(`${url}/oidc/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${registered.id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', redirect_uri: `${site}/back`, ...parameters }),
  });

describe('somebody who begins a login', () => {
  it.each([
    ['at another site', 'https://evil.example.cn/back'],
    ['at another path', `${site}/back/../other`],
    ['with a query', `${site}/back?next=https://evil.example.cn`],
    ['as a script', 'javascript:alert(1)'],
  ])('and wants the code %s gets a page and no redirect', async (_where, address) => {
    const page = await new Visitor().open(changed(await begin(config), (all) => all.set('redirect_uri', address)));
    expect(page.status).toBe(400);
    expect(page.location).toBeNull();
    expect(page.text).toContain('invalid_redirect_uri');
  });

  it.each([
    ['without a code challenge', (all: URLSearchParams) => all.delete('code_challenge')],
    ['with a plain one', (all: URLSearchParams) => all.set('code_challenge_method', 'plain')],
    ['and wants the implicit flow', (all: URLSearchParams) => all.set('response_type', 'id_token')],
  ])('%s is sent back with an error', async (_how, change) => {
    const page = await new Visitor().follow(changed(await begin(config), change));
    expect(page.location ?? page.text).toMatch(/error=(invalid_request|unsupported_response_type|unauthorized_client)/);
    expect(page.location ?? '').not.toContain('code=');
  });

  it('as a client that nobody registered, or a revoked one, gets nowhere', async () => {
    const other = await registerClient(service, platformId);
    const begun = await begin(config);
    const asOther = changed(begun, (all) => all.set('client_id', other.id));
    expect((await new Visitor().follow(asOther)).status).toBe(200);
    await service.call('DELETE', `/v1/oidc-clients/${other.id}`, { token: service.administrator });
    for (const address of [asOther, changed(begun, (all) => all.set('client_id', 'oic_nobody'))]) {
      const page = await new Visitor().follow(address);
      expect(page.status).toBe(400);
      expect(page.text).toContain('invalid_client');
    }
  });

  it('cannot make the service speak of another host', async () => {
    const page = await fetch(`${url}/oidc/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example.cn', 'x-forwarded-proto': 'https' },
    });
    expect(await page.text()).not.toContain('evil');
  });

  it('cannot write into the page by a parameter, and the client’s name is text', async () => {
    const mark = '"><script>alert(1)</script>';
    const visitor = new Visitor();
    const page = await visitor.follow(changed(await begin(config), (all) => all.set('ui_locales', mark)));
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).toContain('示范平台 &#60;b&#62;');
    const broken = await visitor.open(changed(await begin(config), (all) => all.set('scope', mark)));
    expect(broken.text).not.toContain('<script>alert');
  });
});

describe('the pages', () => {
  it('let nobody frame them, run no foreign script and give no address away', async () => {
    const visitor = new Visitor();
    const login = await visitor.follow((await begin(config)).url.href);
    const refused = await visitor.open(`${url}/oidc/auth?client_id=nobody`);
    const logout = await visitor.follow(`${url}/oidc/session/end`);
    for (const { headers } of [login, refused, logout]) {
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toContain('no-store');
    }
  });

  it('set cookies that no script reads and no other site sends along', async () => {
    const page = await new Visitor().open((await begin(config)).url.href);
    const cookies = page.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/httponly/i);
      expect(cookie).toMatch(/samesite=lax/i);
    }
  });
});

describe('somebody who has a code', () => {
  it('needs the verifier that belongs to it', async () => {
    const begun = await begin(config);
    const back = await walkIn(service, new Visitor(), begun);
    const code = back.searchParams.get('code') ?? '';
    const without = await tokenRequest({ code });
    expect([without.status, await without.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
  });

  it('with another verifier, or another client’s secret, gets no token', async () => {
    const begun = await begin(config);
    const code = (await walkIn(service, new Visitor(), begun)).searchParams.get('code') ?? '';
    const badSecret = await tokenRequest({ code, code_verifier: begun.checks.pkceCodeVerifier }, 'olk_wrong');
    expect(badSecret.status).toBe(401);
    const wrong = await tokenRequest({ code, code_verifier: client.randomPKCECodeVerifier() });
    expect(await wrong.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('uses it once; the second use ends what the first one got', async () => {
    const begun = await begin(config);
    const back = await walkIn(service, new Visitor(), begun);
    const tokens = await client.authorizationCodeGrant(config, back, begun.checks);
    const again = await tokenRequest({
      code: back.searchParams.get('code') ?? '',
      code_verifier: begun.checks.pkceCodeVerifier,
    });
    expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
    await expect(client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')).rejects.toThrow();
  });

  it('gets one token when ten requests bring it together', async () => {
    const begun = await begin(config);
    const code = (await walkIn(service, new Visitor(), begun)).searchParams.get('code') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => tokenRequest({ code, code_verifier: begun.checks.pkceCodeVerifier })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
  });

  it('and another browser’s state is stopped by the client library', async () => {
    const begun = await begin(config);
    const back = await walkIn(service, new Visitor(), begun);
    back.searchParams.set('state', 'forged');
    await expect(client.authorizationCodeGrant(config, back, begun.checks)).rejects.toThrow();
  });
});

describe('a login token on the hosted page', () => {
  const start = async () => {
    const visitor = new Visitor();
    const login = await visitor.follow((await begin(config)).url.href);
    return { visitor, page: login.url };
  };

  it('counts once', async () => {
    const { visitor, page } = await start();
    const token = await signOn(service, visitor, page);
    for (const body of [
      {},
      { challenge: 'x', code: 'ERR_A' },
      { challenge: `chl_${'0'.repeat(32)}`, code: 'ERR_OF_NOBODY' },
    ])
      expect((await pageAct(visitor, page, 'failure', body)).status).toBe(400);
    const gaveUp = { challenge: `chl_${'0'.repeat(32)}`, code: 'ERR_DRIVER_TIMEOUT', context: { driver: 'skf-slow' } };
    expect((await pageAct(visitor, page, 'failure', gaveUp)).status).toBe(200);
    expect((await pageAct(new Visitor(), page, 'failure', gaveUp)).status).not.toBe(200);
    for (const context of [1, { driver: '<b>' }, { deviceSerial: 'x'.repeat(65) }, { machine: 'a\nb' }])
      expect((await pageAct(visitor, page, 'login', { token, context })).status).toBe(400);
    const context = { driver: 'soft', deviceSerial: 'KEY-1' };
    expect((await pageAct(visitor, page, 'login', { token, context })).body.indication).toBe('passed');
    const again = await pageAct(visitor, page, 'login', { token });
    expect(again.body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN' } });
    expect(again.body.redirectTo).toBeUndefined();
  });

  it('counts in the interaction whose challenge it signs, in that browser', async () => {
    const victim = await start();
    const attacker = await start();
    const token = await signOn(service, victim.visitor, victim.page);
    const elsewhere = await pageAct(attacker.visitor, attacker.page, 'login', { token });
    expect([elsewhere.status, elsewhere.body.error.code]).toEqual([403, 'ERR_LOGIN_CHALLENGE_UNKNOWN']);
    const withoutCookie = await pageAct(new Visitor(), victim.page, 'login', { token });
    expect([withoutCookie.status, withoutCookie.body.error.code]).toEqual([403, 'ERR_LOGIN_CHALLENGE_UNKNOWN']);
  });

  it('of another origin is refused', async () => {
    const { visitor, page } = await start();
    const token = await signOn(service, visitor, page, 'sm2/leaf', site);
    const { body } = await pageAct(visitor, page, 'login', { token });
    expect(body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_LOGIN_ORIGIN_MISMATCH' } });
    expect(body.redirectTo).toBeUndefined();
  });

  it('of an authority that nobody registered lets nobody in', async () => {
    const { visitor, page } = await start();
    const token = await signOn(service, visitor, page, 'rsa/leaf');
    const { body } = await pageAct(visitor, page, 'login', { token });
    expect(body.indication).not.toBe('passed');
    expect(body.redirectTo).toBeUndefined();
  });

  it('cannot be sent by another site’s page', async () => {
    const { visitor, page } = await start();
    for (const headers of [{ origin: 'https://evil.example.cn' }, { origin: 'null' }, { 'x-onelock-page': '' }]) {
      const { status, body } = await pageAct(visitor, page, 'challenge', {}, headers);
      expect([status, body.error.code]).toEqual([403, 'ERR_LOGIN_ORIGIN_MISMATCH']);
    }
    const form = await visitor.open(`${page}/login`, { method: 'POST', body: new URLSearchParams({ token: 'x' }) });
    expect(form.status).toBe(415);
  });

  it.each([[null], [{}], ['x'], [[1, 2]], [{ challenge: 5 }]])('that is %j is a coded refusal', async (token) => {
    const { visitor, page } = await start();
    const { status, body } = await pageAct(visitor, page, 'login', { token });
    expect(status).toBe(400);
    expect(body.error.code).toMatch(/^ERR_/);
  });
});

describe('an administrator who registers a client', () => {
  const register = (more: object) =>
    service.call('POST', '/v1/oidc-clients', {
      token: service.administrator,
      body: { platformId, name: 'x', kind: 'confidential', redirectUris: [`${site}/back`], ...more },
    });

  it.each([
    ['another origin', { redirectUris: ['https://evil.example.cn/back'] }],
    ['a fragment', { redirectUris: [`${site}/back#x`] }],
    ['credentials', { redirectUris: ['http://a:b@127.0.0.1:18999/back'] }],
    ['a script', { redirectUris: ['javascript:alert(1)'] }],
    ['another origin to log out to', { postLogoutRedirectUris: ['https://evil.example.cn/'] }],
    ['another origin to be told', { backchannelLogoutUri: 'http://169.254.169.254/' }],
  ])('cannot give it %s', async (_what, more) => {
    const { status, body } = await register(more);
    expect([status, body.error.code]).toEqual([400, 'ERR_REQUEST_INVALID']);
  });
});
