import { toBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PhoneWorld, rightPin, TestPhone } from './support/phone.ts';
import { replayEverything } from './support/replay.ts';

let world: PhoneWorld;
let phone: TestPhone;
beforeAll(async () => {
  world = await PhoneWorld.start();
  phone = await TestPhone.enrolled(world);
});
afterAll(() => world.close());

describe('a copy of a phone’s key', () => {
  const register = (of: TestPhone) =>
    of.call('phones', { publicKey: toBase64(of.key.publicKey.spki), pinProof: rightPin });

  it('is registered with no PIN of the copier’s, before or after a CA certified it', async () => {
    expect((await register(phone)).body.error.code).toBe('ERR_ENROLMENT_KEY_USED');
    const uncertified = await TestPhone.registered(world);
    expect((await register(uncertified)).body.error.code).toBe('ERR_ENROLMENT_KEY_USED');
  });

  it('gets nobody in on the login page without the phone’s order, and the log judges so again', async () => {
    const screen = await world.screen();
    const post = async (act: string, body: object) => {
      const answer = await screen.visitor.open(`${screen.page}/${act}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', origin: world.url, 'x-onelock-page': 'login' },
      });
      return JSON.parse(answer.text);
    };
    const { challenge } = await post('challenge', {});
    const judged = await post('login', { token: phone.sign({ challenge, origin: world.url }) });
    expect(judged).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PHONE_ORDER_REQUIRED' } });
    expect(judged.redirectTo).toBeUndefined();
    const { service } = world;
    const replays = await replayEverything(service);
    expect(replays.map(({ replay }) => replay)).toMatchObject([
      { outcome: 'same', indication: 'failed', reason: 'ERR_PHONE_ORDER_REQUIRED' },
    ]);
  });

  it('gets nobody in at a platform of its own', async () => {
    const { service } = world;
    const origin = 'https://another.example.cn';
    const token = await service.caller('platform', { origins: [origin] });
    const { body: opened } = await service.call('POST', '/v1/challenges', { token, body: { origin } });
    const { body } = await service.call('POST', '/v1/logins', {
      token,
      body: { token: phone.sign({ challenge: opened.challenge, origin }) },
    });
    expect(body).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PHONE_ORDER_REQUIRED' } });
  });
});
