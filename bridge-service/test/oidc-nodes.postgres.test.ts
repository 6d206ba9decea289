import * as client from 'openid-client';
import { expect, it } from 'vitest';
import { begin, listen, registerClient, site, Visitor, walkIn } from './support/oidc-visitor.ts';
import { pem } from './support/pki.ts';
import { createTestService } from './support/service.ts';

it('a login begun on one node goes on at the other, and its session counts there', async () => {
  // A name that no machine answers to: requests reach a node as a load balancer sends them.
  const publicUrl = 'http://127.0.0.1:9';
  const at = new Date('2026-06-01T00:00:00Z');
  const first = await createTestService({ publicUrl }, at);
  const second = await createTestService({ publicUrl }, at, first);
  try {
    const nodes = [await listen(first), await listen(second)] as const;
    await first.call('POST', '/v1/cas', {
      token: first.administrator,
      body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
    });
    const { body } = await first.call('POST', '/v1/callers', {
      token: first.administrator,
      body: { name: '示范平台', role: 'platform', origins: [site] },
    });
    const registered = await registerClient(first, body.id);
    const visitor = new Visitor();
    let turn = 0;
    const config = await client.discovery(
      new URL(`${publicUrl}/oidc`),
      registered.id,
      undefined,
      client.ClientSecretBasic(registered.secret),
      {
        execute: [client.allowInsecureRequests],
        // Every request of the platform's server reaches the other node than the one before.
        [client.customFetch]: (address, options) => {
          turn += 1;
          return fetch(new URL(address.slice(publicUrl.length), nodes[turn % 2]), options as RequestInit);
        },
      },
    );
    const begun = await begin(config);
    visitor.node = nodes[0];
    const login = await visitor.follow(begun.url.href);
    expect(login.status).toBe(200);
    visitor.node = nodes[1];
    const back = await walkIn(second, visitor, begun);
    const tokens = await client.authorizationCodeGrant(config, back, begun.checks);
    const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(told.organization).toBeTruthy();

    visitor.node = nodes[0];
    const again = await visitor.follow((await begin(config)).url.href);
    expect(again.location).toContain(`${site}/back?code=`);

    // A code that reaches both nodes at once is worth one token.
    const once = await begin(config);
    const returned = new URL((await visitor.follow(once.url.href)).location ?? '');
    const grants = await Promise.allSettled(
      [1, 2, 3, 4].map(() => client.authorizationCodeGrant(config, returned, once.checks)),
    );
    // None at all, should a late one that was told of a used code have taken back what the first one got.
    expect(grants.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    for (const grant of grants)
      if (grant.status === 'rejected') expect(grant.reason).toMatchObject({ error: 'invalid_grant' });
  } finally {
    await second.close();
    await first.close();
  }
});
