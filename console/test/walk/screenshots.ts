import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

const folder = process.env.ONELOCK_SCREENSHOTS;

/** For eyes, when ONELOCK_SCREENSHOTS names a folder. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const inDialog = (await page.locator('dialog[open]').count()) > 0;
  await page.screenshot({
    path: path.join(folder, `walk-${name.replaceAll(/[^\w-]+/g, '-')}.png`),
    fullPage: !inDialog,
  });
}
