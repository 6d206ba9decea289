import { rmSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { newFolder, runCli, type ServiceProcess, spawnService } from '../../../bridge-service/test/support/process.ts';
import { createServiceClient, type ServiceClient } from '../../../demo/src/service-client.ts';
import { type LaunchedChromium, launchChromium } from '../../../tools/src/test-setup/chromium.ts';
import { faintTexts } from '../../../tools/src/test-setup/faint-texts.ts';
import { type Keyboard, openKeyboard } from './keyboard.ts';
import { latinWords } from './latin-words.ts';
import type { Seen, WalkLanguage } from './matrix.ts';
import {
  expectStops,
  type FocusReport,
  focusIsInside,
  foreignTexts,
  isTooWide,
  looseStructure,
  reportFocus,
  sticksOut,
} from './page-checks.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { takeScreenshot } from './screenshots.ts';

export interface LookOptions {
  /** The Tab key goes through all of it; left out by the quick test, where another look has done it. */
  readonly sweep?: boolean;
}

/** Somebody at the console with nothing but a keyboard: a real service, a real Chromium, and eyes for what is poor. */
export interface Walk extends Keyboard {
  readonly page: Page;
  readonly url: string;
  readonly folder: string;
  /** As an administrator by bearer token: to prepare what a row is about. */
  readonly service: ServiceClient;
  /** Somebody who is told by webhook, and has no list of revoked certificates. */
  readonly receiver: Receiver;
  readonly language: WalkLanguage;
  /** Everything seen and done so far. */
  readonly seen: readonly Seen[];
  /** One of two texts, by the language of the page. */
  say(zh: string, en: string): string;
  /** Texts that are people's and not the program's: they may be in any language. What is typed is known by itself. */
  know(...texts: readonly string[]): void;
  /** Sets the language by its button. */
  speak(language: WalkLanguage): Promise<void>;
  /** Begins a row: what follows is recorded under this area. */
  begin(area: string): void;
  /** The other of the two administrators sits down. */
  become(person: 'first' | 'second'): Promise<void>;
  /** Looks at the page, or at the open dialog: names, languages, widths, every control by Tab. */
  look(what: string, options?: LookOptions): Promise<void>;
  /**
   * Opens a dialog by Enter at its button, looks at it, tries to get out by Tab, leaves it by Escape (the focus has to be at the button
   * again), and opens it once more.
   */
  dialog(opener: string | Locator, what: string): Promise<void>;
  /** Does what the dialog is for, and waits until it is gone; the focus must not be lost. */
  submit(): Promise<void>;
  /** Says that an act was done and seen to be done. */
  did(what: string): void;
  close(): Promise<void>;
}

export interface WalkOptions {
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openWalk(executable: string, { environment = {} }: WalkOptions = {}): Promise<Walk> {
  const folder = newFolder();
  const process = await spawnService(folder, {
    ...{ ONELOCK_SERVICE_LOGIN_AGENT_PORTS: '47999', ONELOCK_SERVICE_OUTBOUND_NETWORKS: '127.0.0.1/32' },
    ...environment,
  });
  let browser: LaunchedChromium;
  try {
    browser = await launchChromium(executable);
  } catch (error) {
    await process.end('SIGTERM');
    throw error;
  }
  return walkIn(folder, process, browser);
}

async function walkIn(folder: string, process: ServiceProcess, browser: LaunchedChromium): Promise<Walk> {
  const { context } = browser;
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The browser says so itself of every refusal (shown to the person, and looked at there), and that there is no agent on this computer.
    if (message.type() === 'error' && !/status of 4\d\d|127\.0\.0\.1:47999|localhost:47999/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await context.addInitScript(() => {
    for (const name of ['pointerdown', 'mousedown', 'touchstart'])
      addEventListener(name, () => document.documentElement.setAttribute('data-pointer-seen', name), true);
  });

  const receiver = await startReceiver();
  // The names in the certificates of the project's own hierarchy, as they are cut for people.
  const known = new Set<string>([
    '一锁通测试省',
    '一锁通测试根',
    '一锁通测试运营',
    '贵州一锁通测试工程有限公司',
    '贵州省',
    '贵阳市',
    '测试投标员',
    '一锁通测试驱动目录签名',
    '一锁通',
  ]);
  const keyboard = openKeyboard(page, process.url, (text) => known.add(text));
  const devtools = await context.newCDPSession(page);
  const seen: Seen[] = [];
  const cookies = new Map<string, Awaited<ReturnType<typeof context.cookies>>>();
  let area = 'shell';
  let language: WalkLanguage = 'zh-CN';
  let sitting: 'first' | 'second' = 'first';

  const know = (...texts: readonly string[]): void => {
    for (const text of texts) if (text !== '') known.add(text);
  };
  const record = (kind: Seen['kind'], what: string, stops: number, problems: readonly string[]): void => {
    seen.push({ area, what, kind, language, stops, problems });
  };

  async function sweep(): Promise<{ readonly stops: number; readonly problems: readonly string[] }> {
    const expected = await page.evaluate(expectStops);
    const reached = new Set<number>();
    const problems: string[] = [];
    // Dates have a stop for each of their parts.
    const most =
      expected.length + 12 + 6 * expected.filter((piece) => /type="(date|datetime-local)"/.test(piece)).length;
    for (let pressed = 0; pressed < most && reached.size < expected.length; pressed += 1) {
      await page.keyboard.press('Tab');
      const report: FocusReport = await page.evaluate(reportFocus);
      if (report.index >= 0) reached.add(report.index);
      if (!report.shown) problems.push(`the focus is not to be seen on ${report.piece}`);
    }
    for (const [index, piece] of expected.entries())
      if (!reached.has(index)) problems.push(`Tab does not reach ${piece}`);
    return { stops: expected.length, problems };
  }

  async function unnamed(): Promise<readonly string[]> {
    const { nodes } = await devtools.send('Accessibility.getFullAXTree');
    const named = [
      'button',
      'link',
      'textbox',
      'combobox',
      'checkbox',
      'radio',
      'dialog',
      'region',
      'searchbox',
      'Date',
      'DateTime',
    ];
    return nodes
      .filter(
        ({ ignored, role, name }) =>
          !ignored && named.includes(String(role?.value)) && String(name?.value ?? '').trim() === '',
      )
      .map(({ role }) => `a ${String(role?.value)} without a name`);
  }

  async function examine(what: string, kind: 'page' | 'dialog', wanted: boolean): Promise<void> {
    const problems: string[] = [];
    problems.push(...(await page.evaluate(foreignTexts, [[...known], latinWords] as const)));
    problems.push(...(await unnamed()));
    if (kind === 'page' && (await page.locator('h1').count()) !== 1) problems.push('not exactly one h1');
    problems.push(...(await page.evaluate(looseStructure)));
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      problems.push(...(await page.evaluate(faintTexts)).map((text) => `too faint in ${colorScheme}: ${text}`));
    }
    for (const width of [683, 390]) {
      await page.setViewportSize({ width, height: 768 });
      problems.push(...(await page.evaluate(isTooWide)).map((text) => `at ${width} px: ${text}`));
    }
    for (const [width, height] of [
      [1440, 860],
      [1366, 768],
      [1280, 860],
    ] as const) {
      await page.setViewportSize({ width, height });
      problems.push(...(await page.evaluate(sticksOut)).map((text) => `at ${width} px: ${text}`));
    }
    await takeScreenshot(page, `${area}-${what}-${language}`);
    const { stops, problems: met } = wanted
      ? await sweep()
      : { stops: (await page.evaluate(expectStops)).length, problems: [] };
    problems.push(...met, ...complaints.splice(0));
    const pointer = await page.locator('html').getAttribute('data-pointer-seen');
    if (pointer !== null) problems.push(`a pointer was used: ${pointer}`);
    record(kind, what, stops, [...new Set(problems)]);
  }

  const dialogOf = (): Locator => page.locator('dialog[open]');

  const walk: Walk = {
    ...keyboard,
    ...{ page, url: process.url, folder, seen, know, receiver },
    service: createServiceClient(process.url, null),
    get language() {
      return language;
    },
    say: (zh, en) => (language === 'en' ? en : zh),
    async speak(wanted) {
      language = wanted;
      if ((await page.locator('html').getAttribute('lang')) === wanted) return;
      await keyboard.tabTo('language');
      await page.keyboard.press('Enter');
      await page.locator(`html[lang="${wanted}"]`).waitFor();
    },
    begin(of) {
      area = of;
    },
    async become(person) {
      if (sitting === person) return;
      const kept = cookies.get(person);
      const code = kept === undefined ? oneTimeCode() : '';
      cookies.set(sitting, await context.cookies());
      sitting = person;
      await context.clearCookies();
      if (kept !== undefined) {
        await context.addCookies(kept);
        await page.reload();
        await keyboard.settled();
        return;
      }
      await comeIn(code, 'Second Walker');
    },
    async look(what, { sweep: wanted = true } = {}) {
      await keyboard.settled();
      await examine(what, (await dialogOf().count()) > 0 ? 'dialog' : 'page', wanted);
    },
    async dialog(opener, what) {
      await keyboard.tabTo(opener);
      await page.keyboard.press('Enter');
      await dialogOf().waitFor();
      await keyboard.settled();
      await page.waitForFunction(focusIsInside);
      await examine(what, 'dialog', true);
      const problems: string[] = [];
      // Once more than there are controls, both ways.
      for (const keys of ['Tab', 'Shift+Tab'])
        for (let pressed = 0; pressed < 4; pressed += 1) {
          await page.keyboard.press(keys);
          if (!(await page.evaluate(focusIsInside))) problems.push(`${keys} leads out of the dialog`);
        }
      await page.keyboard.press('Escape');
      await dialogOf().waitFor({ state: 'detached' });
      if (!(await keyboard.isAt(opener))) problems.push('Escape does not give the focus back');
      if (problems.length > 0) record('dialog', `${what}: leaving`, 0, problems);
      await keyboard.tabTo(opener);
      await page.keyboard.press('Enter');
      await dialogOf().waitFor();
      await keyboard.settled();
      await page.waitForFunction(focusIsInside);
    },
    async submit() {
      const place = page.url();
      await keyboard.tabTo('submit');
      const opened = await page.locator('dialog[open] h2').first().textContent();
      await page.keyboard.press('Enter');
      await page.waitForFunction((title) => {
        const dialog = document.querySelector('dialog[open]');
        return (
          dialog === null ||
          dialog.querySelector('h2')?.textContent !== title ||
          dialog.querySelector('[data-test=failure]') !== null
        );
      }, opened);
      const failure = page.locator('dialog[open] [data-test=failure]');
      if ((await failure.count()) > 0) throw new Error(`${opened ?? ''}: ${(await failure.textContent()) ?? ''}`);
      await keyboard.settled();
      if (page.url() !== place || (await dialogOf().count()) > 0) return;
      const lost = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement === null,
      );
      if (lost) record('dialog', `${opened ?? ''}: done`, 0, ['the focus is lost when the dialog goes']);
    },
    did(what) {
      record('act', what, 0, complaints.splice(0));
    },
    async close() {
      await browser.close();
      await receiver.close();
      await process.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };

  function oneTimeCode(): string {
    const { stdout, stderr } = runCli(['break-glass', '--json'], folder);
    const { code } = JSON.parse(stdout) as { readonly code?: string };
    if (code === undefined) throw new Error(`no one-time code: ${stderr}`);
    return code;
  }

  async function comeIn(code: string, name: string): Promise<void> {
    know(name);
    await page.goto(`${process.url}/console/`);
    await page.locator('.first-use summary').waitFor();
    await keyboard.tabTo(page.locator('.first-use summary'));
    await page.keyboard.press('Enter');
    await keyboard.fill('code', code);
    await keyboard.fill('your-name', name);
    await keyboard.tabTo('enter-by-code');
    await page.keyboard.press('Enter');
    await page.locator('[data-test=who]').waitFor();
    await keyboard.settled();
  }

  await comeIn(process.code ?? '', 'First Walker');
  const token = await page.evaluate(async () => {
    const response = await fetch('/v1/callers', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-onelock-console': '1' },
      body: JSON.stringify({ name: 'Preparing', role: 'administrator' }),
    });
    return ((await response.json()) as { readonly token: string }).token;
  });
  know('Preparing');
  return Object.assign(walk, { service: createServiceClient(process.url, token) });
}
