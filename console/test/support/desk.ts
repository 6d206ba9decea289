import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { runProgram } from '../../../demo/src/programs/run-program.ts';
import { createServiceClient, type ServiceClient } from '../../../demo/src/service-client.ts';
import { type Browser, openBrowser } from '../../../demo/test/support/browser.ts';
import { startTestStack, type TestStack } from '../../../demo/test/support/demo-stack.ts';
import { nakedControls } from './naked-controls.ts';

/** The console in a real browser, over the real service and an agent with soft keys; and somebody who answers the agent's windows. */
export interface Desk {
  readonly stack: TestStack;
  readonly browser: Browser;
  readonly page: Page;
  /** As the province's administrator, by bearer token: to prepare what a test is about. */
  readonly service: ServiceClient;
  readonly complaints: readonly string[];
  /** A control by its `data-test`. */
  at(name: string): ReturnType<Page['locator']>;
  /** Prints a one-time code on the server, as its administrator would. */
  oneTimeCode(): Promise<string>;
  /** Comes in by a one-time code as an administrator of this name; the first to come lets the agent know the site. */
  enterByCode(name?: string): Promise<void>;
  /** Logs in by the certificate of a company of the province, in the agent's window. */
  logIn(company: string, options?: { readonly firstTime?: boolean }): Promise<void>;
  logOut(): Promise<void>;
  go(to: string): Promise<void>;
  /** Until nothing is being loaded any more. */
  settled(): Promise<void>;
  screenshot(name: string): Promise<void>;
  /** zh-CN and en of the page as it is. */
  screenshots(name: string): Promise<void>;
  /** One heading of the page, every control named, no control without a visible focus. */
  expectAccessible(): Promise<void>;
  /** Presses Tab until the control has the focus. @throws {Error} when it is not reached */
  tabTo(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openDesk(executable: string): Promise<Desk> {
  const stack = await startTestStack('never');
  const { service, callers } = stack.stack;
  let browser: Browser;
  try {
    browser = await openBrowser(stack.stack, executable);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  const { page } = browser;
  const at: Desk['at'] = (name) => page.locator(`[data-test="${name}"]`);
  const oneTimeCode = async (): Promise<string> => {
    const printed = await runProgram({
      ...{ name: 'break-glass', entry: ['bridge-service', 'cli'], args: ['break-glass', '--json'] },
      environment: { ONELOCK_SERVICE_DATA_DIR: path.join(stack.folder, 'service') },
    });
    return (JSON.parse(printed) as { readonly code: string }).code;
  };
  // Streams stay open, so the network never falls silent.
  const settled = async (): Promise<void> => {
    await page.waitForFunction(
      () =>
        document.querySelector('.page-wait, [aria-busy="true"]') === null &&
        !/正在读取…|Loading…/.test(document.querySelector('main')?.textContent ?? ''),
    );
  };
  const screenshot: Desk['screenshot'] = (name) => browser.screenshot(`console-${name}`);

  return {
    ...{ stack, browser, page, at, settled, oneTimeCode, screenshot, complaints: browser.complaints },
    service: createServiceClient(service.url, callers.administratorToken),
    async enterByCode(name = '值班管理员') {
      await page.goto(`${service.url}/console/`);
      await browser.allowSite();
      await page.locator('.first-use summary').click();
      await at('code').fill(await oneTimeCode());
      await at('your-name').fill(name);
      await at('enter-by-code').click();
      await at('who').waitFor();
    },
    async logIn(company, { firstTime = false } = {}) {
      await page.goto(`${service.url}/console/`);
      if (firstTime) await browser.allowSite();
      await page.locator('[data-test=certificate]', { hasText: company }).locator('input').check();
      await at('enter').click();
      await browser.confirm(stack.stack.province.manifest.pin);
      await page.locator('[data-test=who], .login [role=alert]').first().waitFor();
      if ((await at('who').count()) === 0) throw new Error((await page.locator('main').textContent()) ?? 'no page');
    },
    async logOut() {
      await at('logout').click();
      await at('who').waitFor({ state: 'detached' });
    },
    async go(to) {
      await page.goto(`${service.url}/console${to}`);
      await page.locator('#page-title').waitFor();
      await settled();
    },
    async screenshots(name) {
      await screenshot(`${name}-zh`);
      await at('language').click();
      await page.locator('html[lang=en]').waitFor();
      await screenshot(`${name}-en`);
      await at('language').click();
      await page.locator('html[lang=zh-CN]').waitFor();
    },
    async expectAccessible() {
      expect(await page.locator('h1').count()).toBe(1);
      // Focus is shown to whoever uses the keyboard.
      await page.keyboard.press('Tab');
      expect(await page.evaluate(nakedControls)).toEqual([]);
    },
    async tabTo(name) {
      for (let pressed = 0; pressed < 80; pressed += 1) {
        await page.keyboard.press('Tab');
        const reached = await page.evaluate(
          (wanted) => document.activeElement?.getAttribute('data-test') === wanted,
          name,
        );
        if (reached) return;
      }
      throw new Error(`the Tab key does not reach ${name}`);
    },
    async close() {
      await browser.close();
      await stack.stop();
    },
  };
}

/** The first certificate (PEM) in a soft token of the province. */
export function certificateOf({ folder }: TestStack, token: string): string {
  const file = path.join(folder, 'province', 'keys', `${token}.softtoken`);
  const found = /"certificate":\s*"([A-Za-z0-9+/=]+)"/.exec(readFileSync(file, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`no certificate in ${file}`);
  return found;
}
