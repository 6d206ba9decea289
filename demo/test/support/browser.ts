import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../../tools/src/test-setup/chromium.ts';
import type { RunningStack } from '../../src/stack.ts';

/** Kept after the run, for eyes; the next run writes over them. */
const screenshotFolder = process.env.ONELOCK_SCREENSHOTS ?? path.join(tmpdir(), 'onelock-screenshots');

/** A real browser with the trading site in it, and somebody who clicks the agent's windows in the same browser. */
export interface Browser {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the site's page complained about: console errors, exceptions, policy violations. */
  readonly complaints: readonly string[];
  /** The agent's next window, opened, its buttons awake. */
  nextWindow(): Promise<Page>;
  /** Says yes to the site in the agent's next window. */
  allowSite(): Promise<void>;
  /** Types the PIN in the agent's next window and confirms. @returns what the window said */
  confirm(pin: string, screenshot?: string): Promise<string>;
  screenshot(name: string, of?: Page): Promise<void>;
  close(): Promise<void>;
}

export async function openBrowser(stack: RunningStack, executable: string, locale = 'zh-CN'): Promise<Browser> {
  const { context, close } = await launchChromium(executable, { locale });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));

  const waiting: string[] = [];
  const wanted: ((address: string) => void)[] = [];
  const stopListening = stack.onWindow((address) => {
    const next = wanted.shift();
    if (next === undefined) waiting.push(address);
    else next(address);
  });

  const screenshot = async (name: string, of: Page = page): Promise<void> => {
    mkdirSync(screenshotFolder, { recursive: true });
    await of.screenshot({ path: path.join(screenshotFolder, `${name}.png`), fullPage: of === page });
  };
  const nextWindow = async (): Promise<Page> => {
    const address = waiting.shift() ?? (await new Promise<string>((resolve) => wanted.push(resolve)));
    const window = await context.newPage();
    await window.setViewportSize({ width: 520, height: 700 });
    await window.goto(address);
    await window.locator('button.primary').waitFor();
    // Its buttons are dead for half a second after they appear, and longer where the machine is busy.
    await window.locator('button.secondary[aria-disabled="false"]').waitFor();
    return window;
  };
  const confirmIn = async (window: Page): Promise<void> => {
    await window.locator('button.primary').click();
    await window.locator('button.primary').waitFor({ state: 'detached' });
    await window.close();
  };

  return {
    page,
    context,
    complaints,
    nextWindow,
    screenshot,
    async allowSite() {
      const window = await nextWindow();
      await screenshot('window-site', window);
      await confirmIn(window);
    },
    async confirm(pin, name) {
      const window = await nextWindow();
      const said = (await window.locator('main').textContent()) ?? '';
      await window.locator('#pin').fill(pin);
      if (name !== undefined) await screenshot(name, window);
      await confirmIn(window);
      return said;
    },
    async close() {
      stopListening();
      await close();
    },
  };
}
