import { equalBytes } from '@onelock/core/bytes';
import { connect, type OneLockClient } from '@onelock/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { unifiedSocialCreditCode } from '../src/province/unified-code.ts';
import { createServiceClient } from '../src/service-client.ts';
import { webSocketOf } from '../src/walk/browser-tab.ts';
import { type Browser, openBrowser } from './support/browser.ts';
import { startTestStack, type TestStack } from './support/demo-stack.ts';

const company = '示范省新芽建筑工程有限公司（演示）';
const code = unifiedSocialCreditCode('91520100', 'MA6NEW01');

requireReal('Chromium', chromiumExecutable())('an applicant in a browser, with an empty key', (executable) => {
  let running: TestStack;
  let browser: Browser;
  let pin = '';
  let client: OneLockClient;
  beforeAll(async () => {
    running = await startTestStack('never');
    pin = running.stack.province.manifest.pin;
    browser = await openBrowser(running.stack, executable);
    await browser.page.setViewportSize({ width: 1100, height: 900 });
  });
  afterAll(async () => {
    client?.close();
    await browser?.close();
    await running?.stop();
  });

  const at = (name: string) => browser.page.locator(`[data-test=${name}]`);
  const stateIs = (state: string) =>
    browser.page.locator(`.timeline [data-state=${state}]`).waitFor({ timeout: 60_000 });
  const envelopes: { readonly key: string; readonly envelope: Uint8Array }[] = [];
  const secret = new TextEncoder().encode('投标报价');

  /** Somebody encrypts a bid to the company's present encryption certificate. */
  async function encryptBid(serialNumber: string): Promise<void> {
    const { identities } = await client.listCertificates();
    const identity = identities.find(({ encryption }) => encryption?.serialNumber === serialNumber);
    if (identity === undefined) throw new Error('the identity is not there');
    const { certificate } = await client.getCertificate({ key: identity.key, usage: 'encrypt' });
    const { envelope } = await client.encryptData({ data: secret, recipients: [certificate] });
    envelopes.push({ key: identity.key, envelope });
  }

  async function newestApplication() {
    const service = createServiceClient(running.stack.service.url, running.stack.callers.administratorToken);
    // biome-ignore lint/suspicious/noExplicitAny: an answer is read field by field
    return (await service.get<{ items: any[] }>('/v1/applications')).items[0];
  }

  it('chooses a CA by price and figures, gives the company, makes a key and gets dual certificates', async () => {
    const { page } = browser;
    await page.goto(`${running.stack.service.url}/apply`);
    await at('new').waitFor();
    await browser.screenshot('apply-zh-1-home');
    await at('new').click();
    await expect.poll(() => at('offer').count()).toBe(2);
    await page.locator('[data-code=company-sm2-2y] input').check();
    await browser.screenshot('apply-zh-2-offers');
    await at('next').click();

    await at('next').click();
    await expect
      .poll(() => page.locator('.wrong').allTextContents())
      .toEqual(['请填写此项', '请填写此项', '请填写此项']);
    await page.locator('#creditCode').fill(code.replace(/.$/, code.endsWith('0') ? '1' : '0'));
    await at('next').click();
    await browser.screenshot('apply-zh-3-form-wrong');
    expect(await page.locator('#creditCode-error').textContent()).toContain('校验码');
    await page.locator('#name').fill(company);
    await page.locator('#creditCode').fill(code.toLowerCase());
    await page.locator('#province').fill('示范省');
    await page.locator('#locality').fill('云山市');
    await page.locator('#person').fill('李四');
    await page.locator('#phone').fill('13900139000');
    await browser.screenshot('apply-zh-3-form');
    await at('next').click();

    await browser.allowSite();
    await page.locator('[data-label="空白 UKey"] input').check();
    await browser.screenshot('apply-zh-4-medium');
    await at('make').click();
    const said = await browser.confirm(pin, 'apply-agent-window-key');
    for (const text of [company, code, '双证书']) expect(said).toContain(text);
    await stateIs('pending');
    await browser.screenshot('apply-zh-5-pending');
    await stateIs('issued');
    await browser.screenshot('apply-zh-6-issued');

    await at('install').click();
    expect(await browser.confirm(pin, 'apply-agent-window-signing')).toContain(company);
    await browser.confirm(pin, 'apply-agent-window-encryption');
    await stateIs('installed');
    await browser.screenshot('apply-zh-7-done');

    client = await connect({
      ports: [running.stack.agent.port],
      WebSocket: webSocketOf(running.stack.service.url),
    });
    const application = await newestApplication();
    expect(application).toMatchObject({ state: 'installed', kind: 'new', subject: { creditCode: code } });
    await encryptBid(application.encryption.serialNumber);
  });

  it('renews by the old certificate’s signature, and opens what was encrypted to either', async () => {
    const { page } = browser;
    const service = createServiceClient(running.stack.service.url, running.stack.callers.platformToken);
    const soon = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
    await service.post('/v1/bid-openings', { title: '云山市某道路工程', startsAt: soon(72), endsAt: soon(75) });
    await at('again').click();
    await at('open').first().waitFor();
    await at('renewal').click();
    await page.locator(`[data-test=old][data-company="${company}"] input`).check();
    await browser.screenshot('apply-zh-8-renew-old');
    await at('next').click();
    await at('offer').waitFor();
    await expect.poll(() => at('offer').count()).toBe(1);
    await page.locator('[data-code=company-sm2-2y] input').check();
    await at('next').click();
    await expect.poll(() => page.locator('#name').inputValue()).toBe(company);
    expect(await page.locator('#creditCode').getAttribute('readonly')).not.toBeNull();
    await page.locator('#person').fill('李四');
    await at('next').click();
    await page.locator('[data-label="空白 UKey"] input').check();
    await browser.screenshot('apply-zh-9-renew-medium');
    await expect.poll(() => at('openings').textContent()).toContain('示范省公共资源交易平台');
    await at('make').click();
    await browser.confirm(pin);
    await browser.confirm(pin, 'apply-agent-window-old-signs');
    await stateIs('issued');
    await at('install').click();
    await browser.confirm(pin);
    await browser.confirm(pin);
    await stateIs('installed');
    await browser.screenshot('apply-zh-10-renewed');
    await expect.poll(() => at('openings').textContent()).toContain('旧证书和旧加密密钥仍在介质里');

    const application = await newestApplication();
    expect(application).toMatchObject({ state: 'installed', kind: 'renewal' });
    await encryptBid(application.encryption.serialNumber);
    expect(new Set(envelopes.map(({ key }) => key)).size).toBe(2);
    for (const { key, envelope } of envelopes) {
      const [{ data }] = await Promise.all([client.decryptData({ key, envelope }), browser.confirm(pin)]);
      expect(equalBytes(data, secret)).toBe(true);
    }
  });

  it('works by keyboard alone and in English, and comes back to an application by its link', async () => {
    const { page } = browser;
    const focused = () => page.evaluate(() => document.activeElement?.tagName);
    await page.goto(`${running.stack.service.url}/apply`);
    await at('new').waitFor();
    await at('language').click();
    await page.locator('html[lang=en]').waitFor();
    await browser.screenshot('apply-en-1-home');
    await at('new').focus();
    await page.keyboard.press('Enter');
    await at('offer').first().waitFor();
    await expect.poll(focused).toBe('H2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await expect.poll(() => page.locator('input[name=product]:checked').count()).toBe(1);
    await browser.screenshot('apply-en-2-offers');
    const tree = await page.locator('body').ariaSnapshot();
    expect(tree).toMatch(/group "示范省 SM2 CA"/);
    expect(tree).toMatch(/radio ".*Price/);
    await at('next').focus();
    await page.keyboard.press('Enter');
    await page.locator('#name').waitFor();
    await expect.poll(focused).toBe('H2');
    await browser.screenshot('apply-en-3-form');

    const stored = await page.evaluate(() => localStorage.getItem('onelock-applications'));
    const [{ id, key }] = JSON.parse(stored ?? '[]');
    await page.evaluate(() => localStorage.clear());
    await page.goto('about:blank');
    await page.goto(`${running.stack.service.url}/apply#${id}.${key}`);
    await stateIs('installed');
    expect(page.url()).not.toContain(key);
    await page.goto('about:blank');
    await page.goto(`${running.stack.service.url}/apply#${id}.${'x'.repeat(43)}`);
    await at('failure').waitFor();
    await browser.screenshot('apply-zh-11-unknown');
  });

  it('did all this without one complaint of the browser but of the forged link', () => {
    expect(browser.complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });
});
