import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { type Begun, begin, openProvider, Visitor } from './support/oidc-visitor.ts';
import { PhoneWorld, Screen, TestPhone } from './support/phone.ts';
import { replayEverything } from './support/replay.ts';

let world: PhoneWorld;
let phone: TestPhone;
beforeAll(async () => {
  world = await PhoneWorld.start();
  phone = await TestPhone.enrolled(world);
});
afterAll(() => world.close());

describe('logging in by phone', () => {
  it('takes a company from the QR code to the platform, through a client library that is not ours', async () => {
    const begun = await world.begin();
    const screen = await Screen.open(begun);
    const shown = await screen.look();
    expect(shown.order).toMatchObject({ state: 'shown', phone: null, contested: false });
    const { status, body: order } = await phone.scan(shown.frame ?? '');
    expect(status, JSON.stringify(order)).toBe(200);
    expect(order).toMatchObject({ platform: '示范平台 <b>', site: 'http://127.0.0.1:18999', origin: world.url });
    expect(order.checkCode).toBe(screen.order.checkCode);
    expect((await screen.look()).order).toMatchObject({ state: 'claimed', phone: phone.id.slice(-4) });
    expect((await phone.unlock(order.id)).body.share).toMatch(/^.{44}$/);
    const approved = await phone.send(order.id, phone.sign(order));
    expect(approved.body).toMatchObject({ indication: 'passed', reason: null });
    expect((await screen.look()).order.state).toBe('approved');

    const { body } = await screen.finish();
    const back = await screen.visitor.follow(body.redirectTo);
    const tokens = await client.authorizationCodeGrant(world.config, new URL(back.location ?? ''), begun.checks);
    expect(tokens.claims()).toMatchObject({ acr: 'urn:onelock:acr:phone', amr: ['pop'] });
    const told = await client.fetchUserInfo(world.config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(told.organization).toMatch(/公司/);
  });

  it('is offered where there are phones, to a platform that takes them', async () => {
    const offered = async (begun: Begun) =>
      (await new Visitor().follow(begun.url.href)).text.includes('data-phone="1"');
    const asking = (acr: object) => begin(world.config, { claims: JSON.stringify({ id_token: { acr } }) });
    expect(await offered(await world.begin())).toBe(true);
    expect(await offered(await asking({ value: 'urn:onelock:acr:key' }))).toBe(true);
    expect(await offered(await asking({ essential: true, value: 'urn:onelock:acr:phone' }))).toBe(true);
    expect(await offered(await asking({ essential: true, value: 'urn:onelock:acr:key' }))).toBe(false);
    expect(await offered(await asking({ essential: true, values: ['urn:onelock:acr:key'] }))).toBe(false);
    const other = await openProvider();
    expect(await offered(await begin(other.config))).toBe(false);
    await other.service.close();
  });

  it('leaves an entry in the log for each step, with the phone and without a secret', async () => {
    const screen = await world.screen();
    await phone.approve(screen.order.code);
    await screen.finish();
    const { body } = await world.service.call('GET', `/v1/audit?target=${screen.order.id}`, {
      token: world.service.administrator,
    });
    expect(body.items.map(({ action, actor }: { action: string; actor: string }) => [action, actor])).toEqual([
      ['phone-order.begin', 'screen'],
      ['phone-order.claim', phone.id],
      ['phone-order.unlock', phone.id],
      ['phone-order.approve', phone.id],
      ['phone-order.finish', 'screen'],
    ]);
    expect(JSON.stringify(body)).not.toContain(screen.order.code);
    // What a phone signed is judged again from the log like what a key signed.
    const replays = await replayEverything(world.service);
    expect(replays.length).toBeGreaterThan(0);
    expect(replays.filter(({ replay }) => replay.outcome !== 'same')).toEqual([]);
  });

  it('ends with what is kept of it: orders after a day, keys that no CA certified after ninety', async () => {
    const bare = await TestPhone.registered(world);
    const { id } = (await world.screen()).order;
    const { phoneOrders, phones } = world.service.ports.store;
    world.service.advance(25 * 3_600_000);
    await cleanUp(world.service.ports);
    expect(await phoneOrders.byId(id)).toBeNull();
    expect(await phones.byId(bare.id)).not.toBeNull();
    world.service.advance(90 * 86_400_000);
    await cleanUp(world.service.ports);
    expect(await phones.byId(bare.id)).toBeNull();
    expect(await phones.byId(phone.id)).not.toBeNull();
  });
});
