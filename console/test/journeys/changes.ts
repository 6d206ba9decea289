import { expect, it } from 'vitest';
import { companies } from '../../../demo/src/province/companies.ts';
import { certificateOf, type Desk } from '../support/desk.ts';

/** Two people: 张三 proposes, 王主任 approves. */
export function changeTests(desk: () => Desk): void {
  it('put a bid opening into the calendar', async () => {
    const { page, at } = desk();
    const { service, stack } = desk();
    await service.post('/v1/companies', { creditCode: companies.designer.code, name: companies.designer.name });
    await service.post('/v1/certificates', { certificate: certificateOf(stack, 'rsa') });
    await desk().logOut();
    await desk().logIn('晨曦');
    await desk().go('/openings');
    await at('add-opening').click();
    await at('opening-title').fill('滨河路改造工程');
    await at('opening-platform').selectOption({ index: 1 });
    await at('opening-starts').fill('2035-01-10T09:00');
    await at('opening-ends').fill('2035-01-10T12:00');
    await desk().expectAccessible();
    await at('submit').click();
    await page.getByText('2035-01-10 09:00:00').waitFor();
    await desk().screenshots('openings');
    await desk().expectAccessible();
  });

  it('show before they are proposed how many a CA’s leaving would touch', async () => {
    const { page, at } = desk();
    await desk().go('/cas');
    await page.getByRole('link', { name: /RSA/ }).click();
    await at('off-board').click();
    await at('subject').waitFor();
    await expect.poll(() => at('new-state').inputValue()).toBe('off-boarded');
    await at('submit').click();
    await at('stranded').waitFor();
    expect(await at('preview').textContent()).toMatch(/退出.*1.*1.*1/);
    await at('reason').fill('合同到期，不再续签');
    await desk().screenshots('propose');
    await desk().expectAccessible();
    await at('submit-proposal').click();
    await page.getByText('须由另一人批准').waitFor();
    expect(await at('approve').count()).toBe(0);
    await desk().screenshots('change-own');
    await desk().expectAccessible();
    await desk().logOut();
  });

  it('are approved by another person, whose own certificate signs the approval', async () => {
    const { page, at, browser, stack } = desk();
    await desk().logIn('山海建设');
    await desk().go('/changes');
    await desk().screenshots('changes');
    await page.getByRole('link', { name: /退出/ }).click();
    await at('approve').click();
    await at('sign-approval').check();
    // Somebody else's certificate does not sign for them.
    await page.locator('[data-test=certificate]', { hasText: '晨曦' }).locator('input').check();
    await at('submit').click();
    await browser.confirm(stack.stack.province.manifest.pin);
    await at('failure').waitFor();
    await page.locator('[data-test=certificate]', { hasText: '山海建设' }).locator('input').check();
    await desk().screenshot('approve');
    await at('submit').click();
    const said = await browser.confirm(stack.stack.province.manifest.pin);
    expect(said).toContain('批准变更单：CA 退出');
    await page.getByText('已生效').first().waitFor();
    await page.getByText('以本人证书签名').waitFor();
    await desk().screenshots('change-applied');
    await desk().expectAccessible();
    await desk().go('/cas');
    await page.getByText('已退出').waitFor();
  });

  it('are rolled back with a reason', async () => {
    const { page, at } = desk();
    await desk().go('/changes');
    await page.getByRole('link', { name: /退出/ }).click();
    await at('roll-back').click();
    await page.keyboard.type('误操作，恢复');
    await at('submit').click();
    await page.getByText('已回滚').first().waitFor();
    await desk().go('/cas');
    await page.getByRole('link', { name: /RSA/ }).waitFor();
    expect(await page.getByText('已退出').count()).toBe(0);
    // Who reads the history of the CA learns why.
    await page.getByRole('link', { name: /RSA/ }).click();
    await page.getByText('合同到期，不再续签').waitFor();
    await desk().screenshots('ca-history');
  });
}
