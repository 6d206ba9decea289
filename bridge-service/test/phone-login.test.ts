import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PhoneWorld, Screen, TestPhone } from './support/phone.ts';

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
});
