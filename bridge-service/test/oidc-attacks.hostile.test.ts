import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  begin,
  callback,
  configure,
  type OpenProvider,
  openProvider,
  pageAct,
  registerClient,
  signOn,
  site,
  Visitor,
  walkIn,
} from './support/oidc-visitor.ts';

let open: OpenProvider;
beforeAll(async () => {
  open = await openProvider();
});
afterAll(() => open.service.close());

const endpoint = (name: string): string => `${open.url}/oidc/${name}`;
const discovery = async () => (await fetch(endpoint('.well-known/openid-configuration'))).json();
const askedWith = async (more: Record<string, string>) =>
  new Visitor().follow((await begin(open.config, more)).url.href);

async function loggedIn(visitor = new Visitor()) {
  const begun = await begin(open.config);
  const back = await walkIn(open.service, visitor, begun);
  return { visitor, back, begun };
}

describe('the provider', () => {
  it('offers what it needs and nothing else', async () => {
    const metadata = (await discovery()) as Record<string, unknown>;
    const offered = Object.keys(metadata).filter((key) => /_(endpoint|uri)$/.test(key) && key !== 'jwks_uri');
    expect(offered.sort()).toEqual([
      'authorization_endpoint',
      'end_session_endpoint',
      'pushed_authorization_request_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
    ]);
    expect(metadata).toMatchObject({
      ...{ response_types_supported: ['code'], code_challenge_methods_supported: ['S256'] },
      ...{ grant_types_supported: ['authorization_code'], authorization_response_iss_parameter_supported: true },
    });
  });

  it('names itself in what it sends back, so that no answer is taken for another provider’s', async () => {
    const { back } = await loggedIn();
    expect(back.searchParams.get('iss')).toBe(`${open.url}/oidc`);
    const refused = await askedWith({ prompt: 'none' });
    const at = new URL(refused.location ?? '');
    expect([at.searchParams.get('error'), at.searchParams.get('iss')]).toEqual(['login_required', `${open.url}/oidc`]);
  });

  it.each([
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }],
    ['a request object at an address', { request_uri: 'https://evil.example.cn/request' }],
    ['an answer for another window', { response_mode: 'web_message' }],
    ['registration of itself', { registration: '{}' }],
  ])('takes no %s', async (_what, more) => {
    const page = await askedWith(more);
    expect(page.text + (page.location ?? '')).toMatch(/not_supported|unsupported|invalid_request/);
    expect(page.location ?? '').not.toContain('code=');
  });

  it('lets no script of another site read it', async () => {
    for (const name of ['token', 'auth', 'session/end']) {
      const answer = await fetch(endpoint(name), {
        headers: { origin: 'https://evil.example.cn' },
        redirect: 'manual',
      });
      expect(answer.headers.get('access-control-allow-origin'), name).toBeNull();
    }
    // To whom a token was stolen for, the answer itself is refused.
    const { back, begun } = await loggedIn();
    const { access_token: token } = await client.authorizationCodeGrant(open.config, back, begun.checks);
    const answer = await fetch(open.config.serverMetadata().userinfo_endpoint ?? '', {
      headers: { authorization: `Bearer ${token}`, origin: 'https://evil.example.cn' },
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).not.toHaveProperty('sub');
  });
});

describe('a code', () => {
  it('is worth nothing to another client, at another address, or after a minute', async () => {
    const other = await registerClient(open.service, open.platformId, { redirectUris: [callback, `${site}/else`] });
    const otherConfig = await configure(open.url, other);
    const stolen = await loggedIn();
    await expect(client.authorizationCodeGrant(otherConfig, stolen.back, stolen.begun.checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const moved = await loggedIn();
    const at = new URL(moved.back.href.replace(callback, `${site}/else`));
    await expect(client.authorizationCodeGrant(open.config, at, moved.begun.checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const late = await loggedIn();
    open.service.advance(61_000);
    await expect(client.authorizationCodeGrant(open.config, late.back, late.begun.checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('a session', () => {
  it('gets a new name when somebody logs in: one that was planted before is worth nothing', async () => {
    const visitor = new Visitor();
    const page = await visitor.follow((await begin(open.config)).url.href);
    const planted = new Map(visitor.cookies);
    const token = await signOn(open.service, visitor, page.url);
    const { body } = await pageAct(visitor, page.url, 'login', { token });
    await visitor.follow(body.redirectTo);
    expect(visitor.cookies.get('onelock_session')?.value).not.toBe(planted.get('onelock_session')?.value);
    const thief = new Visitor();
    for (const [name, cookie] of planted) thief.cookies.set(name, cookie);
    const tried = await thief.follow((await begin(open.config)).url.href);
    expect(tried.location).toBeNull();
    expect(tried.text).toContain('用数字证书登录');
  });

  it('is not ended by a link or a form of another site', async () => {
    const { visitor } = await loggedIn();
    const goesOn = async () => (await visitor.follow((await begin(open.config)).url.href)).location ?? '';
    const shown = await visitor.open(endpoint('session/end'));
    expect(shown.text).toContain('op.logoutForm');
    expect(await goesOn()).toContain('code=');
    const forged = await visitor.open(endpoint('session/end/confirm'), {
      method: 'POST',
      body: new URLSearchParams({ xsrf: 'guessed', logout: 'yes' }),
    });
    expect(forged.status).toBe(400);
    expect(await goesOn()).toContain('code=');
  });

  it('does not lead to another site when it ends', async () => {
    const { visitor } = await loggedIn();
    const url = new URL(endpoint('session/end'));
    url.searchParams.set('client_id', open.registered.id);
    url.searchParams.set('post_logout_redirect_uri', 'https://evil.example.cn/');
    const page = await visitor.open(url.href);
    expect([page.status, page.location]).toEqual([400, null]);
  });

  it('takes its tokens along when it ends', async () => {
    const { visitor, back, begun } = await loggedIn();
    const tokens = await client.authorizationCodeGrant(open.config, back, begun.checks);
    const ask = async () =>
      (
        await fetch(open.config.serverMetadata().userinfo_endpoint ?? '', {
          headers: { authorization: `Bearer ${tokens.access_token}` },
        })
      ).status;
    expect(await ask()).toBe(200);
    const shown = await visitor.open(endpoint('session/end'));
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
    await visitor.open(endpoint('session/end/confirm'), {
      ...{ method: 'POST', body: new URLSearchParams({ xsrf, logout: 'yes' }) },
    });
    expect(await ask()).toBe(401);
  });
});

describe('an interaction that somebody else began', () => {
  /** Somebody with a sibling of the domain plants the cookies of an interaction of theirs in another's browser, which logs in. */
  const planted = async () => {
    const attacker = new Visitor();
    const page = await attacker.follow((await begin(open.config)).url.href);
    const victim = new Visitor();
    for (const [name, cookie] of attacker.cookies) victim.cookies.set(name, cookie);
    const token = await signOn(open.service, victim, page.url);
    const { body } = await pageAct(victim, page.url, 'login', { token });
    expect(body.indication).toBe('passed');
    return { attacker, victim, redirectTo: String(body.redirectTo) };
  };

  it('gives its result to the browser that logged in, and to no other that knows its cookies', async () => {
    const { attacker, victim, redirectTo } = await planted();
    const stolen = await attacker.follow(redirectTo);
    expect(stolen.location ?? '').not.toContain('code=');
    expect(stolen.status).toBe(400);
    expect((await attacker.follow((await begin(open.config)).url.href)).location).toBeNull();
    const own = await victim.follow(redirectTo);
    expect(own.location ?? '').toContain('code=');
  });

  it.each([
    ['with a slash behind it', (path: string) => `${path}/`],
    ['in capitals', (path: string) => path.replace('/auth/', '/AUTH/')],
    ['of no interaction', () => `/oidc/auth/${'x'.repeat(21)}`],
  ])('gives it to nobody else at an address that is written otherwise: %s', async (_how, written) => {
    const { attacker, victim, redirectTo } = await planted();
    const cookie = [...attacker.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
    const address = open.url + written(new URL(redirectTo).pathname);
    const stolen = await fetch(address, { redirect: 'manual', headers: { cookie } });
    expect([stolen.status, stolen.headers.get('location')]).toEqual([400, null]);
    expect((await victim.follow(redirectTo)).location ?? '').toContain('code=');
  });
});
