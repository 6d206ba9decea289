import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gatherDeviceReport } from '@onelock/drivers/discovery';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { writeSysfsDevice } from '../../drivers/test/fake-sysfs.ts';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { runDeviceWizard } from '../src/device-wizard/device-wizard.ts';
import { createPrintShell } from '../src/shell/print-shell.ts';
import type { WindowLanguage } from '../src/window/language.ts';
import { builtPagesFolder, loadPageFiles } from '../src/window/page-files.ts';
import { WindowPrompt } from '../src/window/window-prompt.ts';
import { startWindowServer } from '../src/window/window-server.ts';

requireReal('Chromium', chromiumExecutable())('the wizard for a device that is not recognised', (executable) => {
  let browser: LaunchedChromium;
  const endings: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    browser = await launchChromium(executable);
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function begin(language: WindowLanguage) {
    const home = mkdtempSync(path.join(tmpdir(), 'onelock-wizard-'));
    const usbFolder = path.join(home, 'usb');
    mkdirSync(usbFolder);
    writeSysfsDevice(usbFolder, {
      name: '1-1',
      vendorId: '046d',
      productId: 'c31c',
      product: 'USB Keyboard',
      interfaceClasses: ['03'],
    });
    const server = await startWindowServer(loadPageFiles(builtPagesFolder()));
    const address = Promise.withResolvers<string>();
    const window = new WindowPrompt({ server, shell: createPrintShell(address.resolve), language, timeoutMs: 600_000 });
    const search = { folders: [], depth: 0, patienceMs: 1000 };
    const result = runDeviceWizard(window, {
      stateDir: home,
      now: () => new Date('2026-11-22T08:00:00Z'),
      environment: {},
      look: (known) => gatherDeviceReport({ known, now: new Date(), environment: {}, usbFolder, search }),
    }).catch((error: unknown) => error);
    endings.push(() => rmSync(home, { recursive: true, force: true }));
    endings.push(() => server.close());
    endings.push(() => window.close());
    const page = await browser.context.newPage();
    endings.push(() => page.close());
    await page.setViewportSize({ width: 560, height: 760 });
    await page.goto(await address.promise);
    await ready(page);
    const plugIn = (): void =>
      writeSysfsDevice(usbFolder, {
        ...{ name: '1-2', vendorId: '0a1b', productId: '0001', manufacturer: '测试厂商', product: 'Vendor Key 3' },
        ...{ interfaceClasses: ['03', '08'], serial: 'A-PERSONS-KEY' },
      });
    return { page, result, plugIn };
  }

  it('shows what is new after the device was plugged in, and writes one report', async () => {
    const { page, result, plugIn } = await begin('zh-CN');
    expect(await page.locator('li.fresh').count()).toBe(0);
    plugIn();
    await page.getByRole('button', { name: '重新查看' }).click();
    const fresh = page.locator('li.fresh');
    await fresh.waitFor();
    expect(await fresh.textContent()).toContain('0a1b:0001');
    await ready(page);
    await page.getByLabel('介质上的文字、发证机构或型号').fill('蓝色小钥匙，某某CA');
    await page.getByRole('button', { name: '保存报告' }).click();
    await page.getByText('报告已保存，请发送给交易中心').waitFor();
    await ready(page);
    await page.getByRole('button', { name: '完成' }).click();
    const file = await result;
    const text = readFileSync(String(file), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      kind: 'onelock-device-report',
      note: '蓝色小钥匙，某某CA',
      usb: [{}, { product: 'Vendor Key 3' }],
    });
    expect(text).not.toContain('A-PERSONS-KEY');
  });

  it('speaks English too, and writes nothing when it is cancelled', async () => {
    const { page, result } = await begin('en');
    expect(await page.locator('h1').textContent()).toBe('A device that was not recognised');
    expect(await page.getByText('USB Keyboard').count()).toBe(1);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(result).resolves.toFailWith('ERR_USER_CANCELLED');
  });
});

/** Buttons are dead for a moment, and while an answer is carried out. */
async function ready(page: Page): Promise<void> {
  await page.locator('button.secondary[aria-disabled="false"]').first().waitFor();
}
