import { toBase64 } from '@onelock/core/bytes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeRequest } from '../../bridge-service/test/support/applicant.ts';
import { companies } from '../../demo/src/province/companies.ts';
import { createServiceClient } from '../../demo/src/service-client.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type Desk, openDesk } from './support/desk.ts';

/** The service looks every second; a busy machine is given more. */
const patience = 30_000;

requireReal('Chromium', chromiumExecutable())('an operator of online enrolment', (executable) => {
  let desk: Desk;
  let applicationId = '';
  beforeAll(async () => {
    desk = await openDesk(executable);
    await desk.enterByCode();
  });
  afterAll(() => desk?.close());

  async function apply(): Promise<string> {
    const { stack } = desk.stack;
    const platform = createServiceClient(stack.service.url, stack.callers.platformToken);
    const { offers } = await platform.get<{ offers: { caId: string; name: string }[] }>('/v1/enrolment-offers');
    const { name, code } = companies.builder;
    const { id } = await platform.post<{ id: string }>('/v1/applications', {
      ...{ kind: 'new', caId: offers.find((offer) => offer.name.includes('SM2'))?.caId, product: 'company-sm2-2y' },
      company: { name, creditCode: code },
      applicant: { name: '赵六', phone: '13700137000' },
    });
    await platform.post(`/v1/applications/${id}/submission`, { request: toBase64(makeRequest().der) });
    return id;
  }

  it('sees how each CA takes applications, tries its door, and changes the settings', async () => {
    const { page, at } = desk;
    await desk.go('/enrolments');
    const row = page.locator('tr[data-ca="示范省 SM2 CA"]');
    await row.waitFor();
    expect(await row.textContent()).toContain('¥200.00');
    await desk.screenshot('enrolments');
    await desk.expectAccessible();
    await row.locator('[data-test=trial]').click();
    await at('tried').waitFor();
    expect(await at('tried').textContent()).toContain('受理端可达');
    await desk.screenshot('enrolment-trial');
    await page.keyboard.press('Escape');
    await row.locator('[data-test=edit]').click();
    await at('url').waitFor();
    await desk.screenshot('enrolment-settings');
    await expect.poll(() => at('secret').inputValue()).toBe('demo-ca');
    await at('secret').fill('no-such-file');
    await at('submit').click();
    await at('url').waitFor({ state: 'detached' });
  });

  it('sees why an application is held, puts it right, has it tried again', async () => {
    const { page, at } = desk;
    applicationId = await apply();
    await expect
      .poll(async () => (await desk.service.get<{ state: string }>(`/v1/applications/${applicationId}`)).state, {
        timeout: patience,
      })
      .toBe('held');
    await desk.go('/applications');
    await page.getByText(companies.builder.name).waitFor();
    await desk.screenshot('applications');
    await desk.expectAccessible();
    await page.getByRole('link', { name: companies.builder.name }).click();
    await at('retry').waitFor();
    expect(await page.locator('main').textContent()).toContain('缺少访问 CA 的凭证文件「no-such-file」');
    expect(await page.locator('main').textContent()).not.toContain('13700137000');
    await at('reveal').click();
    await page.getByText('13700137000').waitFor();
    await desk.screenshot('application-held');

    await desk.go('/enrolments');
    await page.locator('tr[data-ca="示范省 SM2 CA"] [data-test=edit]').click();
    await expect.poll(() => at('secret').inputValue()).toBe('no-such-file');
    await at('secret').fill('demo-ca');
    await at('submit').click();
    await at('url').waitFor({ state: 'detached' });
    await desk.go(`/applications/${applicationId}`);
    await at('retry').click();
    await expect
      .poll(async () => (await desk.service.get<{ state: string }>(`/v1/applications/${applicationId}`)).state, {
        timeout: patience,
      })
      .toBe('issued');
    await desk.go(`/applications/${applicationId}`);
    await page.getByRole('rowheader', { name: '加密证书' }).waitFor();
    await desk.screenshot('application-issued');
    await desk.expectAccessible();
  });

  it('did all this without one complaint of the browser', () => {
    expect(desk.complaints.filter((text) => !/40[14]/.test(text))).toEqual([]);
  });
});
