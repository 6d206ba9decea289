import type { BrowserContext, Page } from 'playwright-core';
import { type AgentProcess, within } from './agent-process.ts';

/** A person at the agent's windows: opens the next one and does what a person does, in a real Chromium. */
export class Person {
  readonly #agent: AgentProcess;
  readonly #context: BrowserContext;

  constructor(agent: AgentProcess, context: BrowserContext) {
    this.#agent = agent;
    this.#context = context;
  }

  /** Opens the next window and waits out its dead time. */
  async open(): Promise<Page> {
    const url = await this.#agent.nextWindow();
    const page = await this.#context.newPage();
    await page.goto(url);
    await page.locator('h1').waitFor();
    await page.locator('button.secondary[aria-disabled="false"]').waitFor();
    return page;
  }

  async allowSite(): Promise<void> {
    const page = await this.open();
    await page.getByRole('button', { name: '允许此网站' }).click();
    await this.#leave(page);
  }

  async typePin(pin: string): Promise<void> {
    const page = await this.open();
    await submitPin(page, pin);
    await this.#leave(page);
  }

  /** Says yes where no PIN is asked. */
  async agree(): Promise<void> {
    const page = await this.open();
    await page.locator('button.primary').click();
    await this.#leave(page);
  }

  async #leave(page: Page): Promise<void> {
    await within(30_000, 'the window to finish', page.locator('.final').waitFor());
    await page.close();
  }
}

/** Types a PIN and confirms with the keyboard. */
export async function submitPin(page: Page, pin: string): Promise<void> {
  await page.locator('button.secondary[aria-disabled="false"]').waitFor();
  await page.getByLabel('PIN 码').fill(pin);
  await page.keyboard.press('Enter');
}

/** Types the PIN that is asked for first, if one is, and a new one twice; confirms with the keyboard. */
export async function submitNewPin(page: Page, first: string | null, fresh: string, repeated = fresh): Promise<void> {
  await page.locator('button.secondary[aria-disabled="false"]').waitFor();
  if (first !== null) await page.locator('#pin').fill(first);
  await page.getByLabel('新 PIN 码', { exact: true }).fill(fresh);
  await page.getByLabel('再输一次新 PIN').fill(repeated);
  await page.keyboard.press('Enter');
}

/** What the window says in place of a question, once it has ended. */
export async function finalText(page: Page): Promise<string> {
  await page.locator('.final').waitFor();
  return (await page.locator('.final').textContent()) ?? '';
}
