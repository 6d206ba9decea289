import { fromBase64 } from '@onelock/core/bytes';
import * as client from 'openid-client';
import { makeLoginToken, pem } from './pki.ts';
import { createTestService, type TestService } from './service.ts';

export const site = 'http://127.0.0.1:18999';
export const callback = `${site}/back`;

export interface Page {
  readonly status: number;
  readonly url: string;
  readonly location: string | null;
  readonly headers: Headers;
  readonly text: string;
}

/** A browser without eyes: cookies by name, redirects one at a time. */
export class Visitor {
  readonly cookies = new Map<string, { readonly value: string; readonly path: string }>();
  /** The node that its requests reach, as a load balancer chose; by default the one that is named. */
  node: string | null = null;

  async open(url: string, init: RequestInit = {}): Promise<Page> {
    const { pathname } = new URL(url);
    const cookie = [...this.cookies]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const headers = { ...(cookie !== '' && { cookie }), ...(init.headers as Record<string, string> | undefined) };
    const reached = this.node === null ? url : new URL(url.slice(new URL(url).origin.length), this.node).href;
    const response = await fetch(reached, { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) this.#take(line);
    const location = response.headers.get('location');
    return {
      status: response.status,
      url,
      location: location === null ? null : new URL(location, url).href,
      headers: response.headers,
      text: await response.text(),
    };
  }

  /** Follows redirects as long as they stay at the service. */
  async follow(url: string): Promise<Page> {
    let page = await this.open(url);
    while (page.location !== null && new URL(page.location).origin === new URL(url).origin)
      page = await this.open(page.location);
    return page;
  }

  #take(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = attributes.find((one) => one.startsWith('path='))?.slice('path='.length) ?? '/';
    if (value === '') this.cookies.delete(name);
    else this.cookies.set(name, { value, path });
  }
}

export interface RegisteredClient {
  readonly id: string;
  readonly secret: string;
}

/** The service listening, a platform, and a client of it as an administrator registers it. */
export async function listen(service: TestService): Promise<string> {
  return service.app.listen({ host: '127.0.0.1', port: 0 });
}

export async function registerClient(
  service: TestService,
  platformId: string,
  more: object = {},
): Promise<RegisteredClient> {
  const { status, body } = await service.call('POST', '/v1/oidc-clients', {
    token: service.administrator,
    body: {
      ...{ platformId, name: '示范平台 <b>', kind: 'confidential', redirectUris: [callback] },
      postLogoutRedirectUris: [`${site}/bye`],
      ...more,
    },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

export const configure = (url: string, { id, secret }: RegisteredClient): Promise<client.Configuration> =>
  client.discovery(new URL(`${url}/oidc`), id, undefined, client.ClientSecretBasic(secret), {
    execute: [client.allowInsecureRequests],
  });

export interface Begun {
  readonly url: URL;
  readonly checks: {
    readonly pkceCodeVerifier: string;
    readonly expectedState: string;
    readonly expectedNonce: string;
  };
}

/** A login as the standard client library begins it. */
export async function begin(config: client.Configuration, more: Record<string, string> = {}): Promise<Begun> {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const url = client.buildAuthorizationUrl(config, {
    ...{ redirect_uri: callback, scope: 'openid profile company person certificate' },
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    ...{ code_challenge_method: 'S256', state: checks.expectedState, nonce: checks.expectedNonce },
    ...more,
  });
  return { url, checks };
}

/** One act of the login page's script. */
export async function pageAct(
  visitor: Visitor,
  page: string,
  act: 'challenge' | 'login' | 'failure' | 'cancel',
  body: object = {},
  headers: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: an answer is read field by field
): Promise<{ readonly status: number; readonly body: any }> {
  const answer = await visitor.open(`${page}/${act}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      ...{ 'content-type': 'application/json', origin: new URL(page).origin, 'x-onelock-page': 'login' },
      ...headers,
    },
  });
  return { status: answer.status, body: JSON.parse(answer.text) };
}

/** What the agent would sign on that page. */
export async function signOn(service: TestService, visitor: Visitor, page: string, name = 'sm2/leaf', origin?: string) {
  const { body } = await pageAct(visitor, page, 'challenge');
  return makeLoginToken(service.ports.ops, {
    ...{ certificate: name, key: name, origin: origin ?? new URL(page).origin },
    challenge: fromBase64(body.challenge),
  });
}

/** From the platform's button to the address with the code. */
export async function walkIn(service: TestService, visitor: Visitor, { url }: Begun, name = 'sm2/leaf'): Promise<URL> {
  const login = await visitor.follow(url.href);
  const token = await signOn(service, visitor, login.url, name);
  const { body } = await pageAct(visitor, login.url, 'login', { token });
  if (body.redirectTo === undefined) throw new Error(JSON.stringify(body));
  const back = await visitor.follow(body.redirectTo);
  if (back.location === null) throw new Error(back.text);
  return new URL(back.location);
}

export interface OpenProvider {
  readonly service: TestService;
  readonly url: string;
  readonly platformId: string;
  readonly registered: RegisteredClient;
  readonly config: client.Configuration;
}

/** A service that knows a CA and a platform with a client, and the client library that has discovered it. */
export async function openProvider(overrides: Parameters<typeof createTestService>[0] = {}): Promise<OpenProvider> {
  const service = await createTestService(overrides);
  const url = await listen(service);
  await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  const { body } = await service.call('POST', '/v1/callers', {
    token: service.administrator,
    body: { name: '示范平台', role: 'platform', origins: [site] },
  });
  const registered = await registerClient(service, body.id);
  return { service, url, platformId: body.id, registered, config: await configure(url, registered) };
}
