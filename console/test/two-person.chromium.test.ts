import { rmSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pem } from '../../bridge-service/test/support/pki.ts';
import { newFolder, runCli, type ServiceProcess, spawnService } from '../../bridge-service/test/support/process.ts';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';

// A service on its first day, with no agent on this computer: both people come in by one-time codes.
requireReal('Chromium', chromiumExecutable())('the console under two-person control', (executable) => {
  const folder = newFolder();
  let service: ServiceProcess;
  let browser: LaunchedChromium;
  let page: Page;
  beforeAll(async () => {
    service = await spawnService(folder, {
      ONELOCK_SERVICE_CHANGE_CONTROL: 'two-person',
      ONELOCK_SERVICE_LOGIN_AGENT_PORTS: '47999',
    });
    browser = await launchChromium(executable);
    page = await browser.context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (name: string) => page.locator(`[data-test="${name}"]`);
  async function comeIn(code: string, name: string): Promise<void> {
    await page.goto(`${service.url}/console/`);
    await page.locator('.first-use summary').click();
    await at('code').fill(code);
    await at('your-name').fill(name);
    await at('enter-by-code').click();
    await at('who').waitFor();
  }

  it('lets the first person propose the first CA, and says of a platform that another person has to approve', async () => {
    await comeIn(service.code ?? '', '第一人');
    await page.getByText('还没有登记任何 CA').waitFor();
    await page.goto(`${service.url}/console/cas`);
    await at('register').click();
    await at('name').fill('省电子认证中心');
    await at('certificate-text').first().fill(pem('sm2/root'));
    await at('reason').fill('首家 CA');
    await at('submit').click();
    await page.getByText('须由另一人批准').waitFor();

    await page.goto(`${service.url}/console/platforms`);
    await at('create').click();
    await at('name').fill('市交易平台');
    await at('origins').fill('https://bid.example.cn');
    await at('submit').click();
    await page.getByText('须由另一人批准').waitFor();
    expect(await at('submit').isDisabled()).toBe(true);
    await at('change-reason').fill('接入');
    await at('submit').click();
    await page.locator('h1', { hasText: '接入平台 市交易平台' }).waitFor();
    await at('logout').click();
    await at('who').waitFor({ state: 'detached' });
  });

  it('applies both once a second person, by a code of their own, has approved them', async () => {
    const printed = runCli(['break-glass', '--json'], folder);
    await comeIn((JSON.parse(printed.stdout) as { readonly code: string }).code, '第二人');
    for (const title of ['省电子认证中心', '市交易平台']) {
      await page.goto(`${service.url}/console/`);
      await page.getByRole('link', { name: title }).click();
      await at('approve').click();
      await at('submit').click();
      await page.getByText('已生效').first().waitFor();
    }
    await page.goto(`${service.url}/console/platforms`);
    await page.getByRole('link', { name: '市交易平台' }).click();
    await at('issue-token').click();
    await at('why').fill('首次交付凭证');
    await at('submit').click();
    expect(await at('secret').textContent()).toMatch(/^olk_/);
  });
});
