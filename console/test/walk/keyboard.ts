import type { Locator, Page } from 'playwright-core';
import { isSettled } from './page-checks.ts';

/** What hands can do on a keyboard, and nothing else. A control is named by its `data-test`, or given. */
export interface Keyboard {
  /** Types an address into the browser's bar. */
  go(path: string): Promise<void>;
  /** Until everything asked for has come. */
  settled(): Promise<void>;
  /** Presses Tab (or Shift+Tab, when that is nearer) until the control has the focus. @throws {Error} when it is not reached */
  tabTo(target: string | Locator): Promise<void>;
  isAt(target: string | Locator): Promise<boolean>;
  press(key: string): Promise<void>;
  /** Goes there and presses Enter. */
  enter(target: string | Locator): Promise<void>;
  /** Follows the link of this name, and waits for its page. */
  follow(name: string | RegExp): Promise<void>;
  /** Types into a field, over what stands there. */
  fill(target: string | Locator, text: string): Promise<void>;
  /** Pastes into a field: certificates and the like. */
  paste(target: string | Locator, text: string): Promise<void>;
  /** Chooses in a list by the arrow keys. */
  choose(target: string | Locator, value: string): Promise<void>;
  /** Ticks a box, or takes the tick away, by the space bar. */
  tick(target: string | Locator, on?: boolean): Promise<void>;
  /** Types a day (`2035-01-10`) or a time (`2035-01-10T09:00`). */
  fillDate(target: string | Locator, value: string): Promise<void>;
  /** Opens the file chooser by the keyboard and takes a file. */
  upload(target: string | Locator, name: string, bytes: Uint8Array): Promise<void>;
  /** Until this text stands on the page. */
  expectText(text: string | RegExp): Promise<void>;
}

export function openKeyboard(page: Page, url: string, know: (text: string) => void): Keyboard {
  let dateOrder: 'year' | 'month' = 'month';
  const locate = (target: string | Locator): Locator =>
    (typeof target === 'string' ? page.locator(`[data-test="${target}"]`) : target).first();

  const isAt: Keyboard['isAt'] = async (target) => {
    const locator = locate(target);
    if ((await locator.count()) === 0) return false;
    return locator.evaluate((element) => element === document.activeElement);
  };

  const settled: Keyboard['settled'] = async () => {
    await page.waitForFunction(isSettled);
  };

  const tabTo: Keyboard['tabTo'] = async (target) => {
    const locator = locate(target);
    await locator.waitFor({ state: 'attached' });
    for (let pressed = 0; pressed < 200; pressed += 1) {
      // A page may be drawn anew meanwhile: the way is looked at before each press.
      const way = await locator.evaluate((element) => {
        const active = document.activeElement;
        if (active === element) return 'here';
        if (active === null || active === document.body) return 'Tab';
        return (active.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) === 0 ? 'Tab' : 'Shift+Tab';
      });
      if (way === 'here') return;
      await page.keyboard.press(way);
    }
    throw new Error(`the Tab key does not reach ${String(target)}`);
  };

  const enter: Keyboard['enter'] = async (target) => {
    await tabTo(target);
    await page.keyboard.press('Enter');
  };

  const clear = async (): Promise<void> => {
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
  };

  return {
    ...{ settled, tabTo, isAt, enter },
    press: (key) => page.keyboard.press(key),
    async go(path) {
      await page.goto(`${url}/console${path}`);
      await settled();
    },
    async follow(name) {
      const before = page.url();
      await enter(page.locator('main').getByRole('link', { name }));
      await page.waitForURL((now) => now.href !== before);
      await settled();
    },
    async fill(target, text) {
      await tabTo(target);
      await clear();
      know(text);
      await page.keyboard.type(text);
    },
    async paste(target, text) {
      await tabTo(target);
      await clear();
      know(text);
      await page.keyboard.insertText(text);
    },
    async choose(target, value) {
      await tabTo(target);
      await page.keyboard.press('Home');
      const locator = locate(target);
      const count = await locator.locator('option').count();
      for (let pressed = 0; pressed < count; pressed += 1) {
        if ((await locator.inputValue()) === value) return;
        await page.keyboard.press('ArrowDown');
      }
      if ((await locator.inputValue()) !== value) throw new Error(`${String(target)} has no ${value} to choose`);
    },
    async tick(target, on = true) {
      await tabTo(target);
      if ((await locate(target).isChecked()) !== on) await page.keyboard.press('Space');
      if ((await locate(target).isChecked()) !== on) throw new Error(`${String(target)} cannot be ticked`);
    },
    async fillDate(target, value) {
      const [day = '', time = ''] = value.split('T');
      const [year = '', month = '', date = ''] = day.split('-');
      const [hour = '', minute = ''] = time.split(':');
      // In the order of the browser's own language. A year of six digits does not go on by itself after four.
      const goOn = async (): Promise<void> => {
        if ((await locate(target).getAttribute('max')) === null) await page.keyboard.press('ArrowRight');
      };
      const byYear = [year, 'ArrowRight', month, date, hour, minute];
      const twelve = String(Number(hour) % 12 === 0 ? 12 : Number(hour) % 12).padStart(2, '0');
      const byMonth = [month, date, year, 'ArrowRight', twelve, minute, Number(hour) < 12 ? 'A' : 'P'];
      for (const keys of dateOrder === 'month' ? [byMonth, byYear] : [byYear, byMonth]) {
        await tabTo(target);
        // Into it from before, to its first part.
        while (await isAt(target)) await page.keyboard.press('Shift+Tab');
        await page.keyboard.press('Tab');
        for (const key of time === '' ? keys.slice(0, 4) : keys)
          if (key === 'ArrowRight') await goOn();
          else await page.keyboard.type(key);
        if ((await locate(target).inputValue()) === value) {
          dateOrder = keys === byMonth ? 'month' : 'year';
          return;
        }
      }
      throw new Error(`${String(target)} is ${await locate(target).inputValue()} and not ${value}`);
    },
    async upload(target, name, bytes) {
      await tabTo(target);
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
      await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
    },
    async expectText(text) {
      await page.locator('main, dialog[open]').getByText(text).filter({ visible: true }).first().waitFor();
    },
  };
}
