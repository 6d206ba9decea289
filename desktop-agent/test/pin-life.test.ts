import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { answerSoftUnblock } from '@onelock/drivers/soft';
import { describe, expect, it } from 'vitest';
import { isWeakPin } from '../src/handlers/weak-pin.ts';
import { withBidders } from './support/bidders.ts';
import { deviceOf } from './support/device-of-bidder.ts';
import { failure } from './support/failure.ts';
import { pin } from './support/tokens.ts';
import { finalText, submitNewPin } from './support/windows.ts';

const fresh = '97531864';
const administratorPin = '86427531';

describe('a new PIN', () => {
  it.each(['123456', '12345678', '000000', '11111111', '987654', '7890123', 'abcdef', '121212', '123123123', 'AAAAAA'])(
    'is too weak: %s',
    (weak) => expect(isWeakPin(weak, 'something else')).toBe(true),
  );

  it.each(['97531864', '24681357', '135790', 'Tq7-xv', '102938', '13571357!'])('will do: %s', (good) =>
    expect(isWeakPin(good, '00000000')).toBe(false),
  );

  it('is not the old one', () => expect(isWeakPin(fresh, fresh)).toBe(true));
});

withBidders('the life of a PIN', (withBidder) => {
  it('is changed in the window, and no site learns either PIN', () =>
    withBidder({ defaultPin: true }, async ({ page, person, key, agent }) => {
      const handle = await key('SM2');
      expect((await page.call('getPinStatus', { key: handle })).isDefault).toBe(true);
      const changing = page.call('changePin', { key: handle });
      const window = await person.open();
      expect(await window.locator('h1').textContent()).toBe('修改 PIN 码');
      await submitNewPin(window, pin, fresh);
      expect(await changing).toEqual({ outcome: 'changed' });
      expect(await finalText(window)).toContain('PIN 已修改');
      expect(await page.call('getPinStatus', { key: handle })).toMatchObject({ isDefault: false, retriesLeft: 6 });
      const signing = page.call('signData', { key: handle, data: utf8Encode('bid') });
      await person.typePin(fresh);
      expect((await signing).algorithm).toBe('SM2-SM3');
      for (const secret of [pin, fresh]) {
        expect(agent.log()).not.toContain(secret);
        expect(JSON.stringify(page.events)).not.toContain(secret);
      }
    }));

  it('costs no try for a weak, a short or a mistyped new PIN, and one for a wrong old one', () =>
    withBidder({}, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const triesLeft = async () => (await page.call('getPinStatus', { key: handle })).retriesLeft;
      const changing = page.call('changePin', { key: handle });
      const window = await person.open();
      const status = window.getByRole('status');
      await submitNewPin(window, pin, '123');
      expect(await status.textContent()).toMatch(/^新 PIN 码至少 \d+ 位/);
      await submitNewPin(window, pin, fresh, `${fresh}0`);
      expect(await status.textContent()).toBe('两次输入的新 PIN 不一致。');
      await submitNewPin(window, '00000000', '12345678');
      await window.getByText('新 PIN 过于简单').waitFor();
      expect(await triesLeft()).toBe(6);
      expect(await window.locator('#new-pin').inputValue()).toBe('');
      await submitNewPin(window, '00000000', fresh);
      await window.getByText('PIN 不正确（剩余次数：5）').waitFor();
      expect(await triesLeft()).toBe(5);
      await submitNewPin(window, pin, fresh);
      expect(await changing).toEqual({ outcome: 'changed' });
    }));

  it('is unblocked with the administrator PIN, whose own last try is warned of', () =>
    withBidder({ pinRetries: 2, administratorPin }, async (bidder) => {
      const { page, person, key } = bidder;
      const handle = await key('SM2');
      expect((await deviceOf(bidder)).calls).toContain('unblockPin');
      const locking = failure(page.call('changePin', { key: handle }));
      const wrong = await person.open();
      await submitNewPin(wrong, '00000000', fresh);
      await wrong.getByText('这是最后一次机会').waitFor();
      await wrong.getByLabel('我已知晓').check();
      await submitNewPin(wrong, '00000000', fresh);
      expect(await locking).toFailWith('ERR_TOKEN_PIN_LOCKED');
      // A locked PIN is not asked for in vain.
      expect(await failure(page.call('changePin', { key: handle }))).toFailWith('ERR_TOKEN_PIN_LOCKED');
      const unblocking = page.call('unblockPin', { key: handle, method: { kind: 'administrator' } });
      const window = await person.open();
      expect(await window.locator('label[for=pin]').textContent()).toBe('管理员 PIN 码');
      await submitNewPin(window, '00000000', fresh);
      await window.getByText('管理员 PIN 将被锁定').waitFor();
      await submitNewPin(window, administratorPin, fresh);
      expect(await window.getByRole('status').textContent()).toBe('请先勾选上方的确认，再继续。');
      await window.getByLabel('我已知晓').check();
      await submitNewPin(window, administratorPin, fresh);
      expect(await unblocking).toEqual({ outcome: 'unblocked' });
      expect(await page.call('getPinStatus', { key: handle })).toMatchObject({ locked: false, retriesLeft: 2 });
    }));

  it("is unblocked by the CA's way: a request, and its response with a new PIN", () => {
    const ops = createNodeCrypto();
    const recoveryKey = ops.random(32);
    return withBidder({ recoveryKey }, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const asking = page.call('unblockPin', { key: handle, method: { kind: 'ca-request' } });
      await person.agree();
      const asked = await asking;
      if (asked.outcome !== 'request') throw new Error(asked.outcome);
      expect(new Date(asked.expiresAt).getTime()).toBeGreaterThan(Date.now());
      const response = answerSoftUnblock(ops, asked.request, { serialNumber: '00000001', recoveryKey });
      const finishing = page.call('unblockPin', { key: handle, method: { kind: 'ca-response', response } });
      const window = await person.open();
      expect(await window.locator('#pin').count()).toBe(0);
      await submitNewPin(window, null, '11111111');
      await window.getByText('新 PIN 过于简单').waitFor();
      await submitNewPin(window, null, fresh);
      expect(await finishing).toEqual({ outcome: 'unblocked' });
      const spent = failure(page.call('unblockPin', { key: handle, method: { kind: 'ca-response', response } }));
      await submitNewPin(await person.open(), null, fresh);
      expect(await spent).toFailWith('ERR_TOKEN_UNBLOCK_REFUSED');
    });
  });

  it('stays as it is when the person cancels, the key is pulled out, or the token cannot', () =>
    withBidder({}, async (bidder) => {
      const { page, person, key, tokens } = bidder;
      const handle = await key('SM2');
      const cancelled = failure(page.call('changePin', { key: handle }));
      await (await person.open()).getByRole('button', { name: '取消' }).click();
      expect(await cancelled).toFailWith('ERR_USER_CANCELLED');
      expect((await deviceOf(bidder)).calls).toContain('changePin');
      expect((await deviceOf(bidder)).calls).not.toContain('unblockPin');
      for (const method of [{ kind: 'administrator' }, { kind: 'ca-request' }] as const)
        expect(await failure(page.call('unblockPin', { key: handle, method }))).toFailWith('ERR_CALL_UNSUPPORTED');
      const removed = failure(page.call('changePin', { key: handle }));
      const window = await person.open();
      tokens.remove();
      expect(await removed).toFailWith('ERR_TOKEN_REMOVED');
      expect(await finalText(window)).toContain('介质已拔出');
      expect(await failure(page.call('changePin', { key: handle }))).toFailWith('ERR_TOKEN_HANDLE_STALE');
    }));
});
