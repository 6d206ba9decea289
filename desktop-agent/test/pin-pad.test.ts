import { utf8Encode } from '@onelock/core/bytes';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { hasModule, type LibraryFile } from '../../drivers/test/native-library.ts';
import {
  buildP11Library,
  type P11TokenChanges,
  p11Compiler,
  p11Parts,
  p11Pin,
  p11SoPin,
} from '../../drivers/test/p11-library.ts';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { windowHeader } from '../src/window/view.ts';
import { type Bidder, startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { makePinPadToken, type PinPadToken } from './support/pin-pad-token.ts';
import { finalText } from './support/windows.ts';

const data = utf8Encode('bid');
const wrong = '000000';
const fresh = '97531864';
const madeUp = {
  pin: { kind: 'pin', pin: wrong, lastTryAccepted: true },
  newPin: { kind: 'new-pin', pin: wrong, newPin: fresh, lastTryAccepted: true },
} as const;
const executable = chromiumExecutable();
/** The compiler, when everything else is there too. */
const everything = executable !== undefined && hasModule('koffi') ? p11Compiler() : undefined;

interface AtPad extends Bidder {
  readonly token: PinPadToken;
  readonly handle: string;
}

requireReal(`Chromium, koffi, ${p11Parts}`, everything)('a key with a PIN pad', (compiler) => {
  let browser: LaunchedChromium;
  let built: LibraryFile;
  beforeAll(async () => {
    built = buildP11Library(compiler);
    browser = await launchChromium(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
    built.remove();
  });

  async function atPad(changes: P11TokenChanges, act: (bidder: AtPad) => Promise<void>): Promise<void> {
    const token = makePinPadToken(built.library, changes);
    const bidder = await startBidder(browser, { tokens: token });
    try {
      await act({ ...bidder, token, handle: await sm2Key(bidder) });
    } finally {
      await bidder.leave();
    }
  }

  /** On a busy machine the driver may still be starting. */
  const sm2Key = ({ page }: Bidder): Promise<string> =>
    vi.waitFor(
      async () => {
        const { identities } = await page.call('listCertificates', {});
        const found = identities.find(({ encryption }) => encryption !== null);
        if (found === undefined) throw new Error('no SM2 identity');
        return found.key;
      },
      { timeout: 60_000, interval: 200 },
    );
  const confirm = (window: Page) => window.locator('button.primary[aria-disabled="false"]').click();
  const asked = (window: Page) => window.locator('.device-pin-now');
  const noField = async (window: Page) => expect(await window.locator('input[type="password"]').count()).toBe(0);

  it('asks there and not in the window, in both languages, and says what is being confirmed meanwhile', () =>
    atPad({}, async ({ page, person, token, handle }) => {
      const display = { title: '某市体育中心投标文件' };
      const signing = page.call('signData', { key: handle, data, display });
      const window = await person.open();
      await noField(window);
      expect(await window.locator('.device-pin').textContent()).toContain('PIN 在密钥上输入');
      expect(await window.evaluate(() => document.activeElement?.tagName)).toBe('H1');
      await window.keyboard.press('Tab');
      while ((await window.evaluate(() => document.activeElement?.className)) !== 'primary')
        await window.keyboard.press('Tab');
      await window.keyboard.press('Enter');
      await asked(window).waitFor();
      await noField(window);
      expect(await window.locator('[role="alert"] .device-pin-now').textContent()).toContain('请在密钥上输入 PIN');
      expect(await asked(window).textContent()).toContain('数据签名确认');
      expect(await window.getByText('某市体育中心投标文件').isVisible()).toBe(true);
      expect(await window.getByRole('progressbar', { name: '等待在密钥上输入' }).isVisible()).toBe(true);
      await window.locator('button.language').click();
      expect(await asked(window).textContent()).toContain('Enter the PIN on the key');
      token.type(p11Pin);
      expect((await signing).algorithm).toBe('SM2-SM3');
      expect(await finalText(window)).toContain('Signed');
    }));

  it('gives a PIN that was wrong there to the token once, and wants an explicit word before the last try', () =>
    atPad({ retries: 2 }, async ({ page, person, token, handle }) => {
      const signing = failure(page.call('signData', { key: handle, data }));
      const window = await person.open();
      await confirm(window);
      await asked(window).waitFor();
      token.type(wrong);
      await window.getByText('这是最后一次机会').waitFor();
      expect(await window.locator('.device-pin .notice-danger').first().textContent()).toContain('PIN 不正确');
      // Nothing is tried before the person has said so.
      expect(await window.locator('button.primary').getAttribute('aria-disabled')).toBe('true');
      await window.locator('button.primary').click({ force: true });
      expect(await window.getByRole('status').textContent()).toBe('请先勾选上方的确认，再继续。');
      expect((await page.call('getPinStatus', { key: handle })).retriesLeft).toBe(1);
      await window.getByLabel('我已知晓').check();
      token.type(wrong);
      await confirm(window);
      expect(await finalText(window)).toContain('PIN 已锁定');
      expect(await signing).toFailWith('ERR_TOKEN_PIN_LOCKED');
    }));

  it('is left in peace when the person cancels in the window: what they type afterwards signs nothing', () =>
    atPad({}, async ({ page, person, token, handle }) => {
      const signing = failure(page.call('openKeySession', { key: handle, purposes: ['sign'] }));
      const window = await person.open();
      await confirm(window);
      await asked(window).waitFor();
      await window.keyboard.press('Escape');
      expect(await signing).toFailWith('ERR_USER_CANCELLED');
      expect(await finalText(window)).toContain('密钥如仍在等待输入，请按密钥上的取消键');
      // The key still waits, and nothing else gets in until it has been typed on.
      const looking = page.call('getPinStatus', { key: handle });
      token.type(p11Pin);
      expect((await looking).session).toEqual({ state: 'closed' });
      expect(page.events.filter(({ name }) => name === 'keySessionChanged')).toEqual([]);
    }));

  it('takes no PIN from a page that made one up', () =>
    atPad({ retries: 2 }, async ({ page, person, handle }) => {
      for (const call of ['signData', 'changePin'] as const) {
        const asking = failure(
          call === 'signData' ? page.call(call, { key: handle, data }) : page.call(call, { key: handle }),
        );
        const window = await person.open();
        await window.evaluate(
          ([answer, header]) =>
            fetch('answer', {
              method: 'POST',
              headers: { 'content-type': 'application/json', [header ?? '']: '1' },
              body: answer ?? '',
            }),
          [
            JSON.stringify({
              kind: 'answer',
              turn: 1,
              answer: call === 'signData' ? madeUp.pin : madeUp.newPin,
            }),
            windowHeader,
          ],
        );
        expect(await asking).toFailWith('ERR_AGENT_INTERNAL');
      }
      expect((await page.call('getPinStatus', { key: handle })).low).toBe(false);
    }));

  it('has a cancel key of its own', () =>
    atPad({}, async ({ page, person, token, handle }) => {
      const signing = failure(page.call('signData', { key: handle, data }));
      const window = await person.open();
      await confirm(window);
      await asked(window).waitFor();
      token.type('cancel');
      expect(await finalText(window)).toContain('已取消');
      expect(await signing).toFailWith('ERR_USER_CANCELLED');
    }));

  it('asks for the old and the new PIN itself, and no window can take that back', () =>
    atPad({}, async ({ page, person, token, handle }) => {
      const changing = page.call('changePin', { key: handle });
      const window = await person.open();
      await noField(window);
      expect(await window.locator('.device-pin').textContent()).toContain('本机看不到它');
      await confirm(window);
      await asked(window).waitFor();
      expect(await window.locator('button.secondary').getAttribute('aria-disabled')).toBe('true');
      await window.keyboard.press('Escape');
      token.type(p11Pin, fresh);
      expect(await changing).toEqual({ outcome: 'changed' });
      expect(await finalText(window)).toContain('PIN 已修改');
      const unblocking = page.call('unblockPin', { key: handle, method: { kind: 'administrator' } });
      const second = await person.open();
      await noField(second);
      await confirm(second);
      await asked(second).waitFor();
      expect(await asked(second).textContent()).toContain('请在密钥上输入管理员 PIN 和新 PIN');
      token.type(p11SoPin);
      await token.taken();
      token.type(p11Pin);
      expect(await unblocking).toEqual({ outcome: 'unblocked' });
    }));

  it('asks again for a key that wants the PIN every time, also in a key session, which a wrong one ends', () =>
    atPad({ alwaysAuthenticate: true, retries: 2 }, async ({ page, person, token, handle }) => {
      const opening = page.call('openKeySession', { key: handle, purposes: ['sign'] });
      const first = await person.open();
      token.type(p11Pin);
      await confirm(first);
      await opening;
      const signing = page.call('signData', { key: handle, data });
      const second = await person.open();
      await noField(second);
      expect(await second.locator('.notice-info').textContent()).toContain('密钥如要求 PIN，请在密钥上输入');
      await confirm(second);
      await second.getByText('密钥如再次要求 PIN').waitFor();
      token.type(p11Pin);
      expect((await signing).algorithm).toBe('SM2-SM3');
      const refused = failure(page.call('signData', { key: handle, data }));
      const third = await person.open();
      token.type(wrong);
      await confirm(third);
      expect(await refused).toFailWith('ERR_TOKEN_PIN_INCORRECT');
      expect(await finalText(third)).toContain('PIN 不正确');
      expect((await page.call('getPinStatus', { key: handle })).session).toEqual({ state: 'closed' });
    }));

  it('warns before the last try inside a key session too', () =>
    atPad({}, async ({ page, person, token, handle }) => {
      const opening = page.call('openKeySession', { key: handle, purposes: ['sign'] });
      token.type(p11Pin);
      const first = await person.open();
      await confirm(first);
      await opening;
      // Another program uses up the others meanwhile.
      token.leaveTries(1);
      const signing = page.call('signData', { key: handle, data });
      const second = await person.open();
      await confirm(second);
      await second.getByText('这是最后一次机会').waitFor();
      await second.getByLabel('我已知晓').check();
      token.type(p11Pin);
      await confirm(second);
      expect((await signing).algorithm).toBe('SM2-SM3');
      expect((await page.call('getPinStatus', { key: handle })).low).toBe(false);
    }));
});
