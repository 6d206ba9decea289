import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companies } from '../../demo/src/province/companies.ts';
import type { Visitor } from './support/oidc-visitor.ts';
import { PhoneWorld, Screen, TestPhone, wrongPin } from './support/phone.ts';
import { replayEverything } from './support/replay.ts';

let world: PhoneWorld;
beforeAll(async () => {
  world = await PhoneWorld.start();
});
afterAll(() => world.close());

/** Somebody whose browser a phone has logged in. */
async function loggedIn(phone: TestPhone): Promise<Visitor> {
  const screen = await Screen.open(await world.begin());
  const approved = await phone.approve(screen.order.code);
  expect(approved.body, JSON.stringify(approved.body)).toMatchObject({ indication: 'passed' });
  const { body } = await screen.finish();
  await screen.visitor.follow(body.redirectTo);
  return screen.visitor;
}

async function goesOn(visitor: Visitor): Promise<'let in' | 'login page'> {
  const page = await visitor.follow((await world.begin()).url.href);
  if (page.location?.startsWith(`${world.back}?code=`)) return 'let in';
  expect(page.text).toContain('用数字证书登录');
  return 'login page';
}

const lastReason = async (): Promise<string> => {
  const { body } = await world.service.call('GET', '/v1/audit?action=login.continue&limit=200', {
    token: world.service.administrator,
  });
  return body.items.at(-1).reason;
};

describe('a session that a phone began', () => {
  it('lets in nowhere once the phone is locked', async () => {
    const phone = await TestPhone.enrolled(world);
    const visitor = await loggedIn(phone);
    expect(await goesOn(visitor)).toBe('let in');
    const thief = await world.screen();
    const { body: order } = await phone.type(thief.order.code);
    for (let wrong = 0; wrong < 5; wrong += 1) await phone.unlock(order.id, wrongPin);
    expect(await goesOn(visitor)).toBe('login page');
    expect(await lastReason()).toBe('ERR_PHONE_LOCKED');
  });

  it('lets in nowhere while the phone is on the watch-list, or once it is gone', async () => {
    const phone = await TestPhone.enrolled(world, companies.designer);
    const visitor = await loggedIn(phone);
    const { call, administrator: token } = world.service;
    const supervisor = await world.service.caller('supervisor');
    const { body: entry } = await call('POST', '/v1/watchlist', {
      ...{ token },
      body: {
        ...{ kind: 'key-serial', value: phone.id, action: 'block', reason: '手机遗失', evidence: '报案回执' },
        expiresAt: '2027-01-01T00:00:00Z',
      },
    });
    expect(await goesOn(visitor)).toBe('let in');
    await call('POST', `/v1/watchlist/${entry.id}/decision`, { token: supervisor, body: { decision: 'approve' } });
    expect(await goesOn(visitor)).toBe('login page');
    expect(await lastReason()).toBe('ERR_WATCHLIST_BLOCKED');
    await call('POST', `/v1/watchlist/${entry.id}/end`, { token: supervisor, body: { reason: '已找回' } });
    expect(await goesOn(visitor)).toBe('let in');
    await world.service.database.sql(`delete from phones where id = '${phone.id}'`);
    expect(await goesOn(visitor)).toBe('login page');
    expect(await lastReason()).toBe('ERR_PHONE_UNKNOWN');
  });

  it('is judged alike when its uses are replayed', async () => {
    const uses = (await replayEverything(world.service)).filter(({ entry }) => entry.action === 'login.continue');
    expect(uses.length).toBeGreaterThan(5);
    for (const { replay } of uses) expect(replay).toMatchObject({ outcome: 'same' });
  });
});
