import { setTimeout as delay } from 'node:timers/promises';
import { utf8Encode } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startBidder } from './support/bidder.ts';
import { withBidders } from './support/bidders.ts';
import { failure } from './support/failure.ts';
import { pin } from './support/tokens.ts';
import { finalText, submitPin } from './support/windows.ts';

const data = utf8Encode('bid');

withBidders('the PIN window', (withBidder) => {
  it('shows the tries left after a wrong PIN and lets the person try again: one submission, one verification', () =>
    withBidder({}, async ({ page, person, key }) => {
      const signing = page.call('signData', { key: await key('SM2'), data });
      const window = await person.open();
      expect(await window.locator('.pin-retries').textContent()).toContain('还可尝试 6 次');
      expect(await window.getByLabel('PIN 码').getAttribute('autocomplete')).toBe('off');
      await submitPin(window, '00000000');
      await window.getByText('PIN 不正确（剩余次数：5）').waitFor();
      expect(await window.getByLabel('PIN 码').inputValue()).toBe('');
      expect(await window.evaluate(() => document.activeElement?.id)).toBe('pin');
      expect((await page.call('getPinStatus', { key: await key('SM2') })).retriesLeft).toBe(5);
      await submitPin(window, pin);
      expect((await signing).algorithm).toBe('SM2-SM3');
      expect(await finalText(window)).toContain('签名已完成');
      expect((await page.call('getPinStatus', { key: await key('SM2') })).retriesLeft).toBe(6);
    }));

  it('says what is missing when the person goes on too soon, and takes it back once it is there', () =>
    withBidder({ pinRetries: 1 }, async ({ page, person, key }) => {
      const signing = page.call('signData', { key: await key('SM2'), data });
      const window = await person.open();
      const status = window.getByRole('status');
      expect(await status.textContent()).toBe('');
      await submitPin(window, '12');
      expect(await status.textContent()).toMatch(/^PIN 码至少 \d+ 位/);
      await submitPin(window, pin);
      expect(await status.textContent()).toBe('请先勾选上方的确认，再继续。');
      await window.locator('button.language').click();
      expect(await status.textContent()).toBe('Tick the box above first, then go on.');
      await window.getByRole('checkbox').check();
      expect(await status.textContent()).toBe('');
      await window.getByLabel('PIN', { exact: true }).press('Enter');
      expect((await signing).algorithm).toBe('SM2-SM3');
    }));

  it('wants an explicit word before the last try, and says plainly when the key is locked', () =>
    withBidder({ pinRetries: 2 }, async ({ page, person, key }) => {
      const handle = await key('RSA');
      const signing = failure(page.call('signData', { key: handle, data }));
      const window = await person.open();
      await submitPin(window, '00000000');
      await window.getByText('这是最后一次机会').waitFor();
      await window.getByLabel('PIN 码').fill('11111111');
      expect(await window.locator('button.primary').getAttribute('aria-disabled')).toBe('true');
      await window.keyboard.press('Enter');
      expect((await page.call('getPinStatus', { key: handle })).retriesLeft).toBe(1);
      await window.getByLabel('我已知晓').check();
      await window.locator('button.primary').click();
      expect(await finalText(window)).toContain('PIN 已锁定，请联系发证机构解锁');
      expect(await signing).toFailWith('ERR_TOKEN_PIN_LOCKED');
      expect(await page.nextEvent('pinWarning')).toMatchObject({ warning: 'retries-low', retriesLeft: 1 });
      expect(page.events.map(({ payload }) => payload)).toContainEqual(expect.objectContaining({ warning: 'locked' }));
    }));

  it('does not open in vain for a locked key: the page is told at once', () =>
    withBidder({ pinRetries: 1 }, async ({ page, person, key, agent }) => {
      const handle = await key('SM2');
      const first = failure(page.call('authenticate', { key: handle, challenge: new Uint8Array(32) }));
      const window = await person.open();
      await window.getByLabel('我已知晓').check();
      await submitPin(window, '00000000');
      expect(await first).toFailWith('ERR_TOKEN_PIN_LOCKED');
      expect(await failure(page.call('signData', { key: handle, data }))).toFailWith('ERR_TOKEN_PIN_LOCKED');
      expect(agent.unopenedWindows()).toEqual([]);
      expect((await page.call('getPinStatus', { key: handle })).locked).toBe(true);
    }));

  it('never uses up the last try without the warning, even when the others were used up meanwhile', () =>
    withBidder({ pinRetries: 2 }, async ({ page, person, key }) => {
      const handle = await key('SM2');
      const first = failure(page.call('signData', { key: handle, data }));
      const window = await person.open();
      // This one waits behind the first window, and what it knows of the PIN grows old meanwhile.
      const second = page.call('signData', { key: handle, data });
      await delay(200);
      await submitPin(window, '00000000');
      await window.getByText('这是最后一次机会').waitFor();
      await window.getByRole('button', { name: '取消' }).click();
      expect(await first).toFailWith('ERR_USER_CANCELLED');
      const late = await person.open();
      expect(await late.locator('.pin-retries').textContent()).toContain('还可尝试 2 次');
      await submitPin(late, pin);
      await late.getByText('这是最后一次机会').waitFor();
      expect((await page.call('getPinStatus', { key: handle })).retriesLeft).toBe(1);
      await late.getByLabel('我已知晓').check();
      await submitPin(late, pin);
      expect((await second).algorithm).toBe('SM2-SM3');
    }));

  it('warns of a factory PIN, in the window and by event', () =>
    withBidder({ defaultPin: true }, async ({ page, person, key }) => {
      const signing = page.call('signData', { key: await key('SM2'), data });
      const window = await person.open();
      await window.getByText('仍在使用出厂 PIN').waitFor();
      await submitPin(window, pin);
      await signing;
      expect(await page.nextEvent('pinWarning')).toMatchObject({ warning: 'default-pin' });
    }));
});

requireReal('Chromium', chromiumExecutable())('a person who does not confirm', (executable) => {
  let browser: LaunchedChromium;
  beforeAll(async () => {
    browser = await launchChromium(executable);
  });
  afterAll(() => browser.close());

  it('cancels by button, by Escape or by closing the window', async () => {
    const { page, person, key, leave } = await startBidder(browser);
    const handle = await key('SM2');
    const byButton = failure(page.call('signData', { key: handle, data }));
    await (await person.open()).getByRole('button', { name: '取消' }).click();
    expect(await byButton).toFailWith('ERR_USER_CANCELLED');
    const byEscape = failure(page.call('signData', { key: handle, data }));
    const window = await person.open();
    // Beside everything, which takes the focus out of the field.
    await window.mouse.click(3, 400);
    await window.keyboard.press('Escape');
    expect(await byEscape).toFailWith('ERR_USER_CANCELLED');
    const byClosing = failure(page.call('signData', { key: handle, data }));
    await (await person.open()).close();
    expect(await byClosing).toFailWith('ERR_USER_CANCELLED');
    // The third refusal in a row: this site rests before it may ask again.
    expect(await failure(page.call('signData', { key: handle, data }))).toFailWith('ERR_AGENT_RATE_LIMITED');
    await leave();
  });

  it('sees digest and key whatever the site says', async () => {
    const { page, person, key, leave } = await startBidder(browser);
    const display = { title: '招'.repeat(120), summary: '标'.repeat(400) };
    const signing = failure(page.call('signData', { key: await key('SM2'), data, display }));
    const window = await person.open();
    await window.setViewportSize({ width: 520, height: 690 });
    const bottom = async (selector: string): Promise<number> => {
      const box = await window.locator(selector).first().boundingBox();
      return box === null ? Number.POSITIVE_INFINITY : box.y + box.height;
    };
    const dockTop = (await window.locator('.dock').boundingBox())?.y ?? 0;
    expect(await window.locator('.content-claim .tag').textContent()).toBe('由网站声明');
    expect(await bottom('.content-claim .tag')).toBeLessThan(await bottom('.content-claim'));
    expect(await bottom('.digest')).toBeLessThan(dockTop);
    expect(await bottom('.key-company')).toBeLessThan(dockTop);
    await window.keyboard.press('Escape');
    expect(await signing).toFailWith('ERR_USER_CANCELLED');
    await leave();
  });

  it('may reload the window without losing it', async () => {
    const { page, person, key, leave } = await startBidder(browser);
    const signing = page.call('signData', { key: await key('RSA'), data });
    const window = await person.open();
    await window.reload();
    await submitPin(window, pin);
    expect((await signing).algorithm).toBe('RSA-SHA256');
    await leave();
  });

  it('and does nothing at all is told about the time', async () => {
    const environment = { ONELOCK_AGENT_CONSENT_TIMEOUT_SECONDS: '2' };
    const bidder = await startBidder(browser, { agent: { environment } });
    const { page, person, key, leave, agent } = bidder;
    const seen = failure(page.call('signData', { key: await key('SM2'), data }));
    const window = await person.open();
    expect(await finalText(window)).toContain('等待超时');
    expect(await seen).toFailWith('ERR_USER_TIMEOUT');
    // A window that nobody ever opened ends the same way.
    const unseen = failure(page.call('signData', { key: await key('SM2'), data }));
    await agent.nextWindow();
    expect(await unseen).toFailWith('ERR_USER_TIMEOUT');
    await leave();
  });

  it('sees the window end when the page that asked is gone, or takes its request back', async () => {
    const { page, person, key, leave } = await startBidder(browser);
    const taken = failure(page.call('signData', { key: await key('SM2'), data }, 'take-back'));
    const first = await person.open();
    page.notify('cancel', { callId: 'take-back' });
    expect(await taken).toFailWith('ERR_USER_CANCELLED');
    expect(await finalText(first)).toContain('已取消');
    void failure(page.call('signData', { key: await key('SM2'), data }));
    const second = await person.open();
    await page.close();
    expect(await finalText(second)).toContain('已取消');
    await leave();
  });
});
