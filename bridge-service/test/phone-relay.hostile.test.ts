import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PhoneWorld, rightPin, type Screen, TestPhone, wrongPin } from './support/phone.ts';
import type { Answer } from './support/service.ts';

let world: PhoneWorld;
let phone: TestPhone;
let screen: Screen;
beforeAll(async () => {
  world = await PhoneWorld.start();
  phone = await TestPhone.enrolled(world);
});
afterAll(() => world.close());
beforeEach(async () => {
  screen = await world.screen();
});

const codeOf = ({ body }: Answer): string => body.error?.code ?? 'none';
const notThe = (code: string): string => (code === '000' ? '001' : '000');

describe('somebody who was sent a link or a code', () => {
  it.each(['code', 'frame'])(
    'does not get the check code with it, and has to read it from the screen: by a %s',
    async (what) => {
      const frame = (await screen.look()).frame ?? '';
      const { body: order } = what === 'code' ? await phone.type(screen.order.code) : await phone.follow(frame);
      expect(order.checkCode).toBeNull();
      expect((await phone.call(`orders/${order.id}`)).body.checkCode).toBeNull();
      expect(codeOf(await phone.unlock(order.id, rightPin, null))).toBe('ERR_PHONE_CHECK_WRONG');
      expect(codeOf(await phone.unlock(order.id, rightPin, notThe(screen.order.checkCode)))).toBe(
        'ERR_PHONE_CHECK_WRONG',
      );
      expect(codeOf(await phone.unlock(order.id, rightPin, screen.order.checkCode))).toBe('ERR_PHONE_ORDER_STATE');
      expect((await screen.look()).order).toMatchObject({ state: 'denied', reason: { code: 'ERR_PHONE_CHECK_WRONG' } });
    },
  );

  it('may mistype it once; wrong ones cost no try of the PIN', async () => {
    const { body: order } = await phone.type(screen.order.code);
    const wrong = await phone.unlock(order.id, wrongPin, notThe(screen.order.checkCode));
    expect(wrong.body.error).toMatchObject({ code: 'ERR_PHONE_CHECK_WRONG', params: { left: 1 } });
    expect((await phone.unlock(order.id, wrongPin, screen.order.checkCode)).body.error).toMatchObject({
      ...{ code: 'ERR_PHONE_PIN_WRONG', params: { left: 4 } },
    });
    expect((await phone.unlock(order.id, rightPin, screen.order.checkCode)).status).toBe(200);
  });

  it('sees who asks, where, when, and from what: of the network without its host, of the browser nothing in its own words', async () => {
    const asked = await fetch(`${screen.page}/phone/order`, {
      method: 'POST',
      body: '{}',
      headers: {
        ...{ 'content-type': 'application/json', origin: world.url, 'x-onelock-page': 'login' },
        cookie: [...screen.visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; '),
        'user-agent': 'Mozilla/5.0 (Windows NT 10.0) <b>this is really you</b> Chrome/140.0 Edg/140.0',
      },
    });
    const { code } = (await asked.json()) as { code: string };
    const { body } = await phone.type(code);
    expect(body).toMatchObject({ platform: '示范平台 <b>', site: 'http://127.0.0.1:18999' });
    expect(body.asked).toEqual({ at: '2026-06-01T00:00:00.000Z', address: '127.0.0.*', device: 'Windows · Edge' });
  });
});

describe('whoever saw it themselves', () => {
  it('compares at a glance: the page’s own camera saw the code move', async () => {
    const { body: order } = await phone.scan((await screen.look()).frame ?? '');
    expect(order.checkCode).toBe(screen.order.checkCode);
    expect((await phone.unlock(order.id, rightPin, null)).status).toBe(200);
  });

  it('likewise who goes on in the very browser that asks, known by a cookie that no other has', async () => {
    const secret = screen.visitor.cookies.get('onelock-screen')?.value ?? '';
    expect(secret.length).toBeGreaterThan(40);
    const claim = (code: string, cookie: string) =>
      phone.call('claims', { code }, { cookie: `onelock-screen=${cookie}` });
    expect((await claim(screen.order.code, secret)).body.checkCode).toBe(screen.order.checkCode);
    const another = await world.screen();
    expect((await claim(another.order.code, secret)).body.checkCode).toBeNull();
  });
});

describe('guessing typed codes', () => {
  it('ends after some, for the phone that guesses and not for others, and begins anew after a while', async () => {
    const other = await TestPhone.enrolled(world);
    const codes: string[] = [];
    for (let turn = 0; turn < 12; turn += 1) codes.push(codeOf(await phone.type(`2222222${(turn % 8) + 2}`)));
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('ERR_PHONE_ORDER_UNKNOWN'));
    expect(codes.slice(10)).toEqual(Array(2).fill('ERR_SERVICE_RATE_LIMITED'));
    expect(codeOf(await phone.type(screen.order.code))).toBe('ERR_SERVICE_RATE_LIMITED');
    expect(codeOf(await other.type(screen.order.code))).toBe('none');
    // What its camera sees is no guess.
    expect(codeOf(await phone.scan((await (await world.screen()).look()).frame ?? ''))).toBe('none');
    world.service.advance(11 * 60_000);
    expect(codeOf(await phone.type((await world.screen()).order.code))).toBe('none');
  });
});
