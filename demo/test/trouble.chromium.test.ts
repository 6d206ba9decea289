import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type Browser, openBrowser } from './support/browser.ts';
import { startTestStack, type TestStack } from './support/demo-stack.ts';

/** What a person at the page sees when something is wrong. The tests go from small troubles to the end of the programs. */
requireReal('Chromium', chromiumExecutable())('trouble at the trading site', (executable) => {
  let running: TestStack;
  let browser: Browser;

  beforeAll(async () => {
    running = await startTestStack('never');
    browser = await openBrowser(running.stack, executable);
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  const at = (name: string) => browser.page.locator(`[data-test=${name}]`);

  async function startLogIn(company: string): Promise<void> {
    await browser.page.locator(`[data-test=certificate][data-company*="${company}"]:not([disabled])`).click();
    await at('log-in').click();
  }

  async function failure(code: string): Promise<string> {
    await browser.page.locator(`[data-test=failure][data-code=${code}]`).waitFor();
    await browser.screenshot(`trouble-${code}`);
    return (await at('failure').textContent()) ?? '';
  }

  it('a person who does not allow the site sees that, and may be asked again later', async () => {
    await browser.page.goto(running.stack.site.url);
    const window = await browser.nextWindow();
    await window.close();
    expect(await failure('ERR_USER_CANCELLED')).toContain('无法读取证书');
    await at('again').click();
    await browser.allowSite();
    await at('certificate').first().waitFor();
  });

  it('a wrong PIN is told in the agent’s window, with the tries left; giving up is told on the page', async () => {
    await startLogIn('山海');
    const window = await browser.nextWindow();
    await window.locator('#pin').fill('135790');
    await window.locator('button.primary').click();
    const problem = window.locator('#pin-problem .notice');
    await problem.waitFor();
    await browser.screenshot('window-wrong-pin', window);
    expect(await problem.textContent()).toMatch(/PIN 不正确.*5/);
    await window.locator('button.secondary').click();
    expect(await failure('ERR_USER_CANCELLED')).toContain('登录没有完成');
    await window.close();
  });

  it('cancelling on the page closes the question in the agent’s window', async () => {
    await startLogIn('山海');
    const window = await browser.nextWindow();
    await at('cancel').click();
    await at('log-in').waitFor();
    expect(await at('failure').count()).toBe(0);
    await window.locator('button.primary').waitFor({ state: 'detached' });
    await window.close();
  });

  it('a key that locks says so and who can help', async () => {
    await startLogIn('长风');
    const window = await browser.nextWindow();
    for (let tries = 1; tries <= 6; tries += 1) {
      const accept = window.locator('input[name=last-try]');
      if ((await accept.count()) > 0) await accept.check();
      await window.locator('#pin').fill('000000');
      await window.locator('button.primary').click();
      const turned = tries < 6 ? window.locator('#pin-problem .notice', { hasText: String(6 - tries) }) : at('failure');
      await turned.waitFor();
    }
    expect(await failure('ERR_TOKEN_PIN_LOCKED')).toContain('锁定');
    await window.close();
  });

  it('keys that are pulled out leave the list by themselves, and come back with the key', async () => {
    const keys = path.join(running.stack.province.folder, 'keys');
    const drawer = path.join(running.folder, 'drawer');
    mkdirSync(drawer);
    const files = ['sm2', 'rsa', 'trouble'].map((name) => `${name}.softtoken`);
    for (const file of files) renameSync(path.join(keys, file), path.join(drawer, file));
    await browser.page.getByText('没有检测到证书').waitFor();
    await browser.screenshot('trouble-no-key');
    for (const file of files) renameSync(path.join(drawer, file), path.join(keys, file));
    await browser.page.locator('[data-test=certificate][data-company*="山海"]').waitFor();
  });

  it('a key that is pulled out while its PIN is asked for ends the question with the reason', async () => {
    const file = path.join(running.stack.province.folder, 'keys/sm2.softtoken');
    await startLogIn('山海');
    const window = await browser.nextWindow();
    renameSync(file, `${file}.away`);
    await failure('ERR_TOKEN_REMOVED');
    renameSync(`${file}.away`, file);
    await window.close();
    await browser.page.locator('[data-test=certificate][data-company*="山海"]').waitFor();
  });

  it('a service that is down is told before anybody types a PIN', async () => {
    await running.stack.service.program.stop();
    await startLogIn('山海');
    expect(await failure('ERR_SERVICE_UNAVAILABLE')).toContain('登录没有完成');
  });

  it('an agent that is not there is told with what to do, in English too', async () => {
    await running.stack.agent.program.stop();
    await browser.page.reload();
    expect(await failure('ERR_SDK_AGENT_NOT_FOUND')).toContain('未检测到一锁通助手');
    await at('language').click();
    expect(await at('agent-absent').textContent()).toContain('The OneLock agent was not found');
  });

  it('complained of nothing but what was down', () => {
    const expected = /ERR_CONNECTION_REFUSED|status of (503|403)|WebSocket connection to/;
    expect(browser.complaints.filter((text) => !expected.test(text))).toEqual([]);
  });
});
