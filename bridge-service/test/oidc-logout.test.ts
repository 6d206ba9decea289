import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  begin,
  callback,
  configure,
  openProvider,
  registerClient,
  site,
  Visitor,
  walkIn,
} from './support/oidc-visitor.ts';
import type { TestService } from './support/service.ts';

/** What `openid-client` itself verifies tokens with; it has no call for log-out tokens. */
// biome-ignore lint/suspicious/noExplicitAny: the library is not ours to type
const jose: any = createRequire(createRequire(import.meta.url).resolve('openid-client'))('jose');

let service: TestService;
let url: string;
let platformId: string;
let receiver: Server;
let told: string[];
let answer: number;
let address: string;

beforeAll(async () => {
  ({ service, url, platformId } = await openProvider({ outbound: true, outboundNetworks: ['127.0.0.1/32'] }));
  receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      told.push(new URLSearchParams(text).get('logout_token') ?? '');
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  await service.call('PATCH', `/v1/callers/${platformId}`, {
    token: service.administrator,
    body: { origins: [site, address] },
  });
});
afterAll(async () => {
  receiver.close();
  await service.close();
});
beforeEach(() => {
  [told, answer] = [[], 200];
});

async function logInAndOut(backchannelLogoutUri: string) {
  const registered = await registerClient(service, platformId, { backchannelLogoutUri });
  const config = await configure(url, registered);
  const visitor = new Visitor();
  const begun = await begin(config);
  const tokens = await client.authorizationCodeGrant(config, await walkIn(service, visitor, begun), begun.checks);
  const end = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: `${site}/bye`,
  });
  const asked = await visitor.follow(end.href);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
  const action = /action="([^"]+)"/.exec(asked.text)?.[1] ?? '';
  const done = await visitor.open(new URL(action, url).href, {
    method: 'POST',
    body: new URLSearchParams({ xsrf, logout: 'yes' }),
  });
  return { registered, config, claims: tokens.claims(), done };
}

it('a client is told of the end of its session by a token that a library not ours verifies', async () => {
  const { registered, config, claims, done } = await logInAndOut(`${address}/logout`);
  expect(done.location).toContain(`${site}/bye`);
  expect(told).toHaveLength(1);
  const keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
  const { payload, protectedHeader } = await jose.jwtVerify(told[0], keys, {
    ...{ issuer: `${url}/oidc`, audience: registered.id, typ: 'logout+jwt' },
  });
  expect(protectedHeader.alg).toBe('RS256');
  // OpenID Connect Back-Channel Logout 1.0 §2.4: the event, the session that ends, and no nonce.
  expect(payload.events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
  expect(payload).toMatchObject({ sid: claims?.sid, sub: claims?.sub, jti: expect.any(String) });
  expect(payload.nonce).toBeUndefined();
});

it('one that cannot be told does not keep anybody from logging out', async () => {
  answer = 500;
  expect((await logInAndOut(`${address}/logout`)).done.location).toContain(`${site}/bye`);
  expect((await logInAndOut(`${site}/nobody-there`)).done.location).toContain(`${site}/bye`);
});

it('claims for company and person come in the ID token to a client that asks for them by name, and only then', async () => {
  const config = await configure(url, await registerClient(service, platformId));
  const claimsOf = async (more: Record<string, string>) => {
    const begun = await begin(config, more);
    const back = await walkIn(service, new Visitor(), begun, 'sm2/person');
    return (await client.authorizationCodeGrant(config, back, begun.checks)).claims();
  };
  const asked = { id_token: { organization: null, unified_social_credit_code: null, person_identifier: null } };
  const claims = await claimsOf({ claims: JSON.stringify(asked) });
  expect(claims).toHaveProperty('organization');
  expect(claims?.person_identifier).toMatch(/^..\*+..$/);
  expect(await claimsOf({})).not.toHaveProperty('person_identifier');
  expect(callback).toContain(site);
});
