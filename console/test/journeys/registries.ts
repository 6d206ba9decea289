import { expect, it } from 'vitest';
import { companies } from '../../../demo/src/province/companies.ts';
import { certificateOf, type Desk } from '../support/desk.ts';

/** What an administrator keeps: CAs, companies, certificates, seals, platforms. */
export function registryTests(desk: () => Desk): void {
  it('begin the day with what waits', async () => {
    await desk().go('/');
    await desk().page.getByRole('heading', { name: '待您批准的变更单' }).waitFor();
    await desk().screenshots('today');
    await desk().page.emulateMedia({ colorScheme: 'dark' });
    await desk().screenshot('today-dark');
    await desk().page.emulateMedia({ colorScheme: 'light' });
    await desk().expectAccessible();
  });

  it('show each CA with its certificates, and set where its evidence is to be had', async () => {
    const { page, at } = desk();
    await desk().go('/cas');
    await page.getByRole('link', { name: /SM2/ }).first().waitFor();
    await desk().screenshots('cas');
    await desk().expectAccessible();
    await page.getByRole('link', { name: /SM2/ }).first().click();
    await page.getByRole('heading', { name: '证据源' }).waitFor();
    // Who came by a link has the focus on the heading.
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('page-title');
    await at('edit-sources').click();
    await at('source-crl').fill('http://ca.example.cn/sm2.crl');
    await desk().screenshot('ca-sources-dialog');
    await desk().expectAccessible();
    await at('submit').click();
    await page.getByRole('rowheader', { name: 'http://ca.example.cn/sm2.crl' }).waitFor();
    await at('edit-profile').click();
    await at('contact-add').click();
    await page.keyboard.type('赵工');
    await at('contact-duty').last().fill('值班');
    await at('submit').click();
    await page.getByText('赵工').first().waitFor();
    await page.locator('.history li').nth(1).waitFor();
    await desk().screenshots('ca');
    await desk().expectAccessible();
    // A list that cannot be had leaves every login with this CA undecided: nobody wants to stay locked out.
    await at('edit-sources').click();
    await at('source-crl').fill('');
    await at('submit').click();
    await page.getByText('未登记，按证书所载').waitFor();
  });

  it('take a company in by keyboard alone, and say of its code while it is typed whether it can be', async () => {
    const { page, at } = desk();
    await desk().go('/companies');
    await desk().expectAccessible();
    await desk().tabTo('register');
    await page.keyboard.press('Enter');
    const { code } = companies.builder;
    await page.keyboard.type(`${code.slice(0, 17)}${code.endsWith('0') ? '1' : '0'}`);
    await page.getByText('校验码不符').waitFor();
    await desk().screenshot('company-dialog-bad');
    expect(await at('submit').isDisabled()).toBe(true);
    await page.keyboard.press('Backspace');
    await page.getByText('还差 1 位').waitFor();
    await page.keyboard.type(code.slice(17));
    await page.getByText('校验码正确').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('山海建设工程有限公司');
    await desk().tabTo('person-name');
    await page.keyboard.type('林某');
    await desk().tabTo('person-identifier');
    await page.keyboard.type('350102199003070118');
    await desk().expectAccessible();
    await at('person-identifier').focus();
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: '山海' }).waitFor();
    expect(await at('identifier').textContent()).toMatch(/\*/);
    expect(await page.content()).not.toContain('350102199003070118');
  });

  it('keep certificates and seals of a company, its names, and who changed what', async () => {
    const { page, at, stack } = desk();
    await at('add-certificate').click();
    await at('certificate-text').fill(certificateOf(stack, 'sm2'));
    await at('medium').fill('UKey');
    await at('submit').click();
    await page.getByText('尚未证明').first().waitFor();
    await at('add-seal').click();
    await at('seal-code').fill('3501000000001');
    await at('name').fill('山海建设投标专用章');
    await at('submit').click();
    await page.getByText('3501000000001').first().waitFor();
    await at('edit').click();
    await at('name').fill('山海集团有限公司');
    await at('submit').click();
    await page.locator('h1', { hasText: '集团' }).waitFor();
    await page.locator('.changes').first().waitFor();
    await desk().screenshots('company');
    await desk().page.emulateMedia({ colorScheme: 'dark' });
    await desk().screenshot('company-dark');
    await desk().page.setViewportSize({ width: 420, height: 860 });
    await desk().screenshot('company-narrow');
    await desk().page.emulateMedia({ colorScheme: 'light' });
    await desk().page.setViewportSize({ width: 1280, height: 860 });
    await desk().expectAccessible();

    await page
      .getByRole('link', { name: /示范省山海/ })
      .first()
      .click();
    // It is the certificate of who is logged in: to suspend it would end the session, and a reason is wanted for that.
    await at('suspend').click();
    expect(await at('submit').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await at('edit').click();
    await at('medium').fill('二代 UKey');
    await at('why').fill('更换介质');
    await at('submit').click();
    await page.locator('.history', { hasText: '更换介质' }).waitFor();
    await desk().screenshots('certificate');
    await desk().expectAccessible();
    await desk().go('/certificates');
    await desk().screenshots('certificates');
    const [file, answer] = await Promise.all([
      page.waitForEvent('download'),
      page.waitForResponse(/\/v1\/certificates\/export/),
      at('export').click(),
    ]);
    expect([answer.status(), file.suggestedFilename()]).toEqual([200, '证书.csv']);
    await desk().expectAccessible();
    await desk().go('/seals');
    await page.getByRole('link', { name: /投标专用章/ }).click();
    await at('destroy').click();
    await page.keyboard.press('Escape');
    await page.getByText('有效', { exact: true }).first().waitFor();
    // Escape gave it up, and the focus is where it was.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-test'))).toBe('destroy');
    await desk().screenshots('seal');
    await desk().expectAccessible();
  });

  it('tell whoever saves second that somebody else has changed the record, and undo nothing of it', async () => {
    const { page, at, service } = desk();
    const { items } = await service.get<{ items: readonly { id: string }[] }>(
      `/v1/companies?creditCode=${companies.builder.code}`,
    );
    const id = items[0]?.id ?? '';
    await desk().go(`/companies/${id}`);
    await at('edit').click();
    await at('name').fill('后存的名称');
    await service.patch(`/v1/companies/${id}`, { name: '先存的名称' });
    await at('submit').click();
    await page.getByRole('alert').filter({ hasText: '已被他人修改' }).waitFor();
    await desk().screenshot('company-changed-by-another');
    await desk().expectAccessible();
    // What stands behind the dialog is what is there now; who opens it again begins from that.
    await page.locator('h1', { hasText: '先存的名称' }).waitFor();
    await at('submit').click();
    await page.getByRole('alert').filter({ hasText: '已被他人修改' }).waitFor();
    await page.keyboard.press('Escape');
    await at('edit').click();
    expect(await at('name').inputValue()).toBe('先存的名称');
    await at('name').fill('山海集团有限公司');
    await at('submit').click();
    await page.locator('h1', { hasText: '山海集团有限公司' }).waitFor();
  });

  it('add a platform, whose credential is shown once, and set its quota', async () => {
    const { page, at } = desk();
    await desk().go('/platforms');
    await desk().screenshots('platforms');
    await at('create').click();
    await at('name').fill('福州市交易平台');
    await at('origins').fill('https://bid.fz.example.cn');
    await at('submit').click();
    expect(await at('secret').textContent()).toMatch(/^olk_/);
    await desk().expectAccessible();
    await at('submit').click();
    await page.locator('h1', { hasText: '福州市交易平台' }).waitFor();
    await at('edit-profile').click();
    await at('quota').fill('0');
    await page.getByText('请填 1 至').waitFor();
    await at('quota').fill('1200');
    await at('submit').click();
    await page.getByText('每分钟 1,200 次').first().waitFor();
    await at('edit-webhooks').click();
    await at('hook-add').click();
    await at('hook-url').fill('https://bid.fz.example.cn/hook');
    await at('hook-application.changed').check();
    await at('submit').click();
    await page.getByRole('rowheader', { name: 'https://bid.fz.example.cn/hook' }).waitFor();
    await desk().screenshots('platform');
    await desk().expectAccessible();
    await desk().go('/callers');
    await desk().screenshots('callers');
    await desk().expectAccessible();
    await desk().go('/drivers');
    await desk().screenshots('drivers');
    await desk().expectAccessible();
  });

  it('say in words why something was refused, who can act, and the id of the error', async () => {
    const { page, at } = desk();
    await desk().go('/companies');
    await at('register').click();
    await at('credit-code').fill(companies.builder.code);
    await at('name').fill('同码的另一家');
    await at('submit').click();
    await at('failure').waitFor();
    expect(await at('failure').textContent()).toMatch(/错误编号 req_/);
    await desk().screenshot('refused');
    await page.keyboard.press('Escape');
  });
}
