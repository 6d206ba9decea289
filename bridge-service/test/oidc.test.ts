import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Begun,
  begin,
  callback,
  openProvider,
  type RegisteredClient,
  site,
  Visitor,
  walkIn,
} from './support/oidc-visitor.ts';
import { pem } from './support/pki.ts';
import type { TestService } from './support/service.ts';

let service: TestService;
let url: string;
let registered: RegisteredClient;
let config: client.Configuration;

beforeAll(async () => {
  ({ service, url, registered, config } = await openProvider());
});
afterAll(() => service.close());

const exchange = (back: URL, { checks }: Begun) => client.authorizationCodeGrant(config, back, checks);

describe('OpenID Connect with a client library that is not ours', () => {
  it('is discovered with PKCE, code flow and nothing weaker', () => {
    const told = config.serverMetadata();
    expect(told).toMatchObject({
      issuer: `${url}/oidc`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
    expect(told.claims_supported).toEqual(
      expect.arrayContaining(['organization', 'unified_social_credit_code', 'acr']),
    );
    expect(told.acr_values_supported).toContain('urn:onelock:acr:key');
  });

  it('logs a company in and says who it is', async () => {
    const begun = await begin(config);
    const tokens = await exchange(await walkIn(service, new Visitor(), begun), begun);
    const claims = tokens.claims();
    expect(claims).toMatchObject({ iss: `${url}/oidc`, aud: registered.id, acr: 'urn:onelock:acr:certificate' });
    expect(claims?.amr).toEqual(['pop']);
    const told = await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
    expect(told.organization).toBeTruthy();
    expect(told.unified_social_credit_code).toMatch(/^[0-9A-Z]{18}$/);
    const kept = await service.call('GET', `/v1/logins/${told.login_id}`, { token: service.administrator });
    expect(kept.body).toMatchObject({ indication: 'passed', origin: url });
  });

  it('knows a person again, masks the number, and tells another person apart', async () => {
    const subjects: (string | undefined)[] = [];
    for (const name of ['sm2/person', 'sm2/person', 'sm2/leaf']) {
      const begun = await begin(config);
      const tokens = await exchange(await walkIn(service, new Visitor(), begun, name), begun);
      subjects.push(tokens.claims()?.sub);
      if (name !== 'sm2/person') continue;
      const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
      expect(told.person_identifier).toMatch(/^..\*+..$/);
    }
    expect(subjects[0]).toBe(subjects[1]);
    expect(subjects[2]).not.toBe(subjects[0]);
  });

  it('binds a stock certificate on first use, and says by its medium how strong the login was', async () => {
    const { body } = await service.call('POST', '/v1/certificates', {
      token: service.administrator,
      body: { certificate: pem('sm2/leaf'), medium: 'USB key' },
    });
    expect(body).toMatchObject({ provenAt: null });
    const begun = await begin(config);
    const tokens = await exchange(await walkIn(service, new Visitor(), begun), begun);
    expect(tokens.claims()).toMatchObject({ acr: 'urn:onelock:acr:key', amr: ['pop', 'hwk'] });
    const bound = await service.call('GET', `/v1/certificates/${body.id}`, { token: service.administrator });
    expect(bound.body.provenAt).not.toBeNull();
    expect(bound.body.proof).toMatch(/^lgn_/);
  });

  it('asks once for all platforms, and logs out of all', async () => {
    const visitor = new Visitor();
    const begun = await begin(config);
    const tokens = await exchange(await walkIn(service, visitor, begun), begun);
    // A second platform in the same browser: no page in between.
    const second = await begin(config);
    const back = await visitor.follow(second.url.href);
    expect(back.location).toContain(callback);

    const end = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: `${site}/bye`,
    });
    const asked = await visitor.follow(end.href);
    expect(asked.text).toContain('退出统一登录？');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
    const action = /action="([^"]+)"/.exec(asked.text)?.[1] ?? '';
    const done = await visitor.open(new URL(action, url).href, {
      method: 'POST',
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    });
    expect(done.location).toContain(`${site}/bye`);
    const third = await visitor.follow((await begin(config)).url.href);
    expect(third.text).toContain('用数字证书登录');
  });

  it('keeps no code, token, session or private key that the database alone would tell', async () => {
    const begun = await begin(config);
    const back = await walkIn(service, new Visitor(), begun);
    const tokens = await exchange(back, begun);
    const stored = await service.database.stored();
    for (const secret of [
      back.searchParams.get('code'),
      tokens.access_token,
      registered.secret,
      tokens.claims()?.sub,
    ]) {
      expect(secret).toBeTruthy();
      expect(stored).not.toContain(secret);
    }
  });
});
