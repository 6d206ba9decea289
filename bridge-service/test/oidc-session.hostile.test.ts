import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditCounter } from '../src/services/statistics/count-audit.ts';
import {
  begin,
  callback,
  type OpenProvider,
  openProvider,
  pageAct,
  signOn,
  Visitor,
  walkIn,
} from './support/oidc-visitor.ts';
import { pem } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';

let open: OpenProvider;
let supervisor: string;
beforeAll(async () => {
  open = await openProvider();
  supervisor = await open.service.caller('supervisor');
});
afterAll(() => open.service.close());

const call = (method: string, url: string, token: string, body?: object) =>
  open.service.call(method, url, { token, ...(body && { body }) });

/** Somebody who has logged in, in a browser. */
async function loggedIn(): Promise<Visitor> {
  const visitor = new Visitor();
  await walkIn(open.service, visitor, await begin(open.config));
  return visitor;
}

/** What the browser gets at the button of one more platform. */
async function goesOn(visitor: Visitor): Promise<'let in' | 'login page'> {
  const page = await visitor.follow((await begin(open.config)).url.href);
  if (page.location?.startsWith(`${callback}?code=`)) return 'let in';
  expect(page.text).toContain('用数字证书登录');
  return 'login page';
}

async function watch(
  action: 'alert' | 'step-up' | 'block',
  value: string,
  kind = 'certificate',
): Promise<() => Promise<void>> {
  const proposed = await call('POST', '/v1/watchlist', open.service.administrator, {
    ...{ kind, value, action, reason: '举报核查', evidence: '黔公管〔2026〕7号' },
    expiresAt: '2026-07-01T00:00:00Z',
  });
  const { id } = proposed.body;
  await call('POST', `/v1/watchlist/${id}/decision`, supervisor, { decision: 'approve' });
  return async () => {
    await call('POST', `/v1/watchlist/${id}/end`, supervisor, { reason: '核查完毕' });
  };
}

describe('a session', () => {
  it('lets into one more platform, on record as that platform’s', async () => {
    expect(await goesOn(await loggedIn())).toBe('let in');
    const { body } = await call('GET', '/v1/audit?action=login.continue&limit=50', supervisor);
    expect(body.items.at(-1)).toMatchObject({
      actor: open.platformId,
      outcome: 'passed',
      target: expect.stringMatching(/^lgn_/),
    });
  });

  it('is counted as going on, a kind of its own beside log-ins, with its CA, its platform and its holder', async () => {
    const counter = createAuditCounter(open.service.ports);
    // Figures of one span are kept for some seconds: the second look is at another.
    const read = async (until: string) => {
      await counter.catchUp();
      return (await call('GET', `/v1/statistics?from=2026-05-31T00:00:00Z&until=${until}`, supervisor)).body;
    };
    const tallyOf = ({ actions }: { actions: { action: string; passed: number }[] }, name: string): number =>
      actions.find(({ action }) => action === name)?.passed ?? -1;
    const visitor = await loggedIn();
    const before = await read('2026-06-02T00:00:00Z');
    await goesOn(visitor);
    const after = await read('2026-06-02T01:00:00Z');
    expect(tallyOf(after, 'login.continue')).toBe(tallyOf(before, 'login.continue') + 1);
    expect(tallyOf(after, 'login.judge')).toBe(tallyOf(before, 'login.judge'));
    expect(after.cas[0].judgements.passed).toBe(before.cas[0].judgements.passed + 1);
    expect(after.cas[0].logins).toEqual(before.cas[0].logins);
  });

  it('of whom supervision has blocked since lets in nowhere, and supervision is told; of whom it watches, it is told', async () => {
    const visitor = await loggedIn();
    const digest = (await call('GET', '/v1/audit?action=login.judge&limit=50', supervisor)).body.items
      .at(-1)
      .details.certificate.slice('sm3:'.length);
    const before = (await call('GET', '/v1/events?after=0', supervisor)).body.events.length;
    const end = await watch('block', digest);
    expect(await goesOn(visitor)).toBe('login page');
    await end();
    expect(await goesOn(visitor)).toBe('let in');
    const endAlert = await watch('alert', digest);
    expect(await goesOn(visitor)).toBe('let in');
    await endAlert();
    const { events } = (await call('GET', '/v1/events?after=0', supervisor)).body;
    expect(events.slice(before).map(({ data }: { data: { use: string } }) => data.use)).toEqual([
      'login.continue',
      'login.continue',
    ]);
  });

  it.each([
    ['key-serial', 'KEY-7788'],
    ['machine', 'MACHINE-1'],
  ])('begun on a %s that is blocked since lets in nowhere', async (kind, value) => {
    const visitor = new Visitor();
    const page = (await visitor.follow((await begin(open.config)).url.href)).url;
    const token = await signOn(open.service, visitor, page);
    const context = { deviceSerial: 'KEY-7788', machine: 'MACHINE-1' };
    const { body } = await pageAct(visitor, page, 'login', { token, context });
    await visitor.follow(body.redirectTo);
    expect(await goesOn(visitor)).toBe('let in');
    const end = await watch('block', value, kind);
    expect(await goesOn(visitor)).toBe('login page');
    await end();
    expect(await goesOn(visitor)).toBe('let in');
  });

  it('by a certificate of a CA that has left lets in nowhere', async () => {
    const visitor = await loggedIn();
    const [ca] = (await call('GET', '/v1/cas', open.service.administrator)).body.items;
    await call('PATCH', `/v1/cas/${ca.id}`, open.service.administrator, { state: 'off-boarded' });
    expect(await goesOn(visitor)).toBe('login page');
    await call('PATCH', `/v1/cas/${ca.id}`, open.service.administrator, { state: 'active' });
    expect(await goesOn(visitor)).toBe('let in');
  });

  it('is judged alike when its uses are replayed', async () => {
    const uses = (await replayEverything(open.service)).filter(({ entry }) => entry.action === 'login.continue');
    expect(uses.length).toBeGreaterThan(4);
    for (const { replay } of uses) expect(replay).toMatchObject({ outcome: 'same' });
  });

  it('tells of the key that it began with, whatever else the same company has logged in with since', async () => {
    await call('POST', '/v1/cas', open.service.administrator, {
      ...{ name: 'rsa', anchors: [pem('rsa/root')], intermediates: [pem('rsa/intermediate')] },
    });
    const told = async (name: string) => {
      const begun = await begin(open.config);
      const back = await walkIn(open.service, new Visitor(), begun, name);
      return client.authorizationCodeGrant(open.config, back, begun.checks);
    };
    const ask = ({ access_token, claims }: Awaited<ReturnType<typeof told>>) =>
      client.fetchUserInfo(open.config, access_token, claims()?.sub ?? '');
    const [first, second] = [await told('sm2/leaf'), await told('rsa/leaf')];
    expect(first.claims()?.sub).toBe(second.claims()?.sub);
    const [one, other] = [await ask(first), await ask(second)];
    expect(one.certificate_sm3).not.toBe(other.certificate_sm3);
    expect(one.login_id).not.toBe(other.login_id);
  });
});

describe('a platform that must have a certain medium', () => {
  it.each([
    ['value', { value: 'urn:onelock:acr:key' }],
    ['values', { values: ['urn:onelock:acr:key', 'urn:onelock:acr:phone'] }],
  ])('and does not get it is told so, and nobody is sent round: by %s', async (_how, wanted) => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, ...wanted } } });
    const back = await walkIn(open.service, new Visitor(), await begin(open.config, { claims }));
    expect(back.searchParams.get('error')).toBe('unmet_authentication_requirements');
    expect(back.searchParams.has('code')).toBe(false);
  });
});
