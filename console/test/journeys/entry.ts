import { expect, it } from 'vitest';
import { certificateOf, type Desk } from '../support/desk.ts';

/** Coming in: by code, by certificate, by keyboard; going out and back. It leaves 王主任 (administrator, 山海建设) logged in, and 张三 (operator, 晨曦) made. */
export function entryTests(desk: () => Desk): void {
  it('comes in by the one-time code first, binds a certificate of their own, and is let in by it from then on', async () => {
    const { page, at, browser, stack } = desk();
    await page.goto(`${stack.stack.service.url}/console/`);
    await browser.allowSite();
    await at('certificate').first().waitFor();
    await desk().screenshots('login');
    await desk().expectAccessible();
    // A good certificate of somebody who is no user: the reason, and what to tell the administrator.
    await page.locator('[data-test=certificate]', { hasText: '山海建设' }).locator('input').check();
    await at('enter').click();
    await browser.confirm(stack.stack.province.manifest.pin);
    await page.getByText('没有绑定到本控制台的用户').waitFor();
    await desk().screenshot('login-unknown');

    await page.locator('.first-use summary').click();
    await at('code').fill(await desk().oneTimeCode());
    await at('your-name').fill('王主任');
    await at('enter-by-code').click();
    await at('who').waitFor();
    await page.locator('[data-test=certificate]', { hasText: '山海建设' }).locator('input').check();
    await desk().screenshot('first-administrator');
    await at('bind-own').click();
    await browser.confirm(stack.stack.province.manifest.pin);
    await page.getByText('已绑定').waitFor();
    await desk().logOut();

    await desk().logIn('山海建设');
    expect(await at('who').textContent()).toContain('王主任');
  });

  it('is made by an administrator in the page, and logs in by keyboard alone', async () => {
    const { page, at, browser, stack } = desk();
    await desk().go('/users');
    await desk().expectAccessible();
    await at('create').click();
    await page.keyboard.type('张三');
    await at('certificate-text').fill(certificateOf(stack, 'rsa'));
    await desk().screenshot('user-dialog');
    await desk().expectAccessible();
    await at('submit').click();
    await page.locator('h1', { hasText: '张三' }).waitFor();
    await desk().screenshots('user');
    await desk().expectAccessible();
    await desk().logOut();

    // Tab to the certificates, choose by arrow, Enter logs in.
    await at('certificate').first().waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.locator('[data-test=certificate] input:not(:disabled)').first().focus();
    const wanted = page.locator('[data-test=certificate]', { hasText: '晨曦' }).locator('input');
    for (let turn = 0; turn < 4 && !(await wanted.isChecked()); turn += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await browser.confirm(stack.stack.province.manifest.pin);
    await at('who').waitFor();
    expect(await at('who').textContent()).toContain('张三');
    expect(await page.getByRole('navigation', { name: '导航' }).textContent()).not.toContain('控制台用户');
  });

  it('is sent to log in again once the session has ended, and comes back to the same page', async () => {
    const { page, at, browser, stack } = desk();
    await page.context().clearCookies();
    await page.reload();
    await at('certificate').first().waitFor();
    await page.locator('[data-test=certificate]', { hasText: '山海建设' }).locator('input').check();
    await at('enter').click();
    await browser.confirm(stack.stack.province.manifest.pin);
    await at('who').waitFor();
    await desk().go('/nothing-here');
    await page.getByText('没有这个页面').waitFor();
  });

  it('reaches the content by one press of the skip link', async () => {
    const { page } = desk();
    await desk().go('/users');
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe('skip');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
  });
}
