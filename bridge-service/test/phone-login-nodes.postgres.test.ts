import * as client from 'openid-client';
import { expect, it } from 'vitest';
import { PhoneWorld, Screen, TestPhone } from './support/phone.ts';
import { createTestService } from './support/service.ts';

it('an order shown by one node is claimed and approved through the other, and the screen hears of it', async () => {
  const world = await PhoneWorld.start();
  const second = await createTestService({ publicUrl: world.url }, world.service.ports.clock(), world.service);
  try {
    const phone = await TestPhone.enrolled(world);
    const elsewhere = phone.through(second);
    const begun = await world.begin();
    const screen = await Screen.open(begun);
    const heard = screen.follow('approved');
    const { frame } = await screen.look();
    const { status, body: order } = await elsewhere.scan(frame ?? '');
    expect(status, JSON.stringify(order)).toBe(200);
    expect((await elsewhere.unlock(order.id)).status).toBe(200);
    expect((await elsewhere.send(order.id, elsewhere.sign(order))).body.indication).toBe('passed');
    expect(await heard).toEqual(['shown', 'claimed', 'approved']);
    const { body } = await screen.finish();
    const back = await screen.visitor.follow(body.redirectTo);
    const tokens = await client.authorizationCodeGrant(world.config, new URL(back.location ?? ''), begun.checks);
    expect(tokens.claims()?.acr).toBe('urn:onelock:acr:phone');
  } finally {
    await second.close();
    await world.close();
  }
});

it('a phone that two nodes ask for the PIN at once is locked after five wrong ones, not ten', async () => {
  const world = await PhoneWorld.start();
  const second = await createTestService({ publicUrl: world.url }, world.service.ports.clock(), world.service);
  try {
    const phone = await TestPhone.enrolled(world);
    const elsewhere = phone.through(second);
    const { id } = (await phone.type((await world.screen()).order.code)).body;
    const wrong = 'c3'.repeat(32);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => (turn % 2 === 0 ? phone : elsewhere).unlock(id, wrong)),
    );
    const codes = answers.map(({ body }) => body.error.code as string);
    expect(codes.filter((code) => code === 'ERR_PHONE_PIN_WRONG')).toHaveLength(4);
    expect(codes.filter((code) => code === 'ERR_PHONE_LOCKED')).toHaveLength(6);
  } finally {
    await second.close();
    await world.close();
  }
});
