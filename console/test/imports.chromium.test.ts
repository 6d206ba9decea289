import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodePem, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeStockCa, stockCreditCode } from '../../bridge-service/test/support/stock.ts';
import { makeCsv, makeWorkbook, toGb18030 } from '../../bridge-service/test/support/uploads.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type Desk, openDesk } from './support/desk.ts';

const patience = { timeout: 30_000 };

requireReal('Chromium', chromiumExecutable())('whoever imports the stock', (executable) => {
  const now = new Date();
  const ca = makeStockCa(createNodeCrypto(), now);
  const evil = '<img src=x onerror="document.title=1">公司';
  let desk: Desk;
  let folder: string;

  function rows(count: number, from: number): string[][] {
    return Array.from({ length: count }, (_, index) => {
      const name = index === 3 ? evil : `黔${from + index}号建设工程有限公司`;
      const code = stockCreditCode(from + index);
      return [name, code, toBase64(ca.issue({ organization: name, commonName: name, creditCode: code })), 'USB Key'];
    });
  }

  async function go(to: string): Promise<void> {
    await desk.page.goto(`${desk.stack.stack.service.url}/console${to}`);
    await desk.page.locator('#page-title').waitFor();
    await desk.page.locator('.table-empty, tbody').first().waitFor();
  }

  beforeAll(async () => {
    desk = await openDesk(executable);
    ({ folder } = desk.stack);
    await desk.service.post('/v1/cas', { name: '黔 CA', anchors: [encodePem('CERTIFICATE', ca.root)] });
    await desk.page.setViewportSize({ width: 1440, height: 1000 });
    await desk.enterByCode();
  });
  afterAll(() => desk?.close());

  it('uploads a workbook, sees what it would do, starts it and decides about what waits', async () => {
    const { page, at } = desk;
    const old = ca.issue({ commonName: '过期企业', organization: '过期企业', notAfter: new Date(now.getTime() - 1e9) });
    const nobody = ca.issue({ commonName: '无代码企业' });
    const table = [
      ['企业名称', '统一社会信用代码', '证书内容', '介质', '备注'],
      ...rows(60, 1_000).map((row) => [...row, '']),
      ['过期企业', stockCreditCode(2_000), toBase64(old), 'USB Key', '已到期'],
      ['', '', toBase64(nobody), '', ''],
      ['没有证书', '', '', '', ''],
    ];
    const file = path.join(folder, '存量证书清单.xlsx');
    writeFileSync(file, makeWorkbook(table));

    await go('/imports');
    await desk.expectAccessible();
    await desk.screenshot('imports-empty');
    await desk.tabTo('upload');
    await page.keyboard.press('Enter');
    await at('file').setInputFiles(file);
    await desk.screenshot('imports-upload');
    await at('submit').click();
    await page.locator('[data-state=checked]').waitFor(patience);
    await expect.poll(() => at('preview').textContent()).toContain('60将导入');
    await desk.expectAccessible();
    await desk.screenshots('imports-checked');

    await at('start').click();
    await at('submit').click();
    await page.locator('[data-state=done]').waitFor(patience);
    await at('row').first().waitFor(patience);
    await expect.poll(() => page.locator('[data-fate=imported] strong').textContent()).toBe('60');
    await desk.expectAccessible();
    await desk.screenshots('imports-conflicts');

    // By the keyboard alone.
    await at('finding').selectOption('no-code');
    await desk.settled();
    await at('row').first().waitFor(patience);
    await desk.tabTo('row');
    await page.keyboard.press('Space');
    await at('decide').focus();
    await page.keyboard.press('Enter');
    await at('decision-assign').check();
    await at('assign-code').fill(stockCreditCode(2_001));
    await at('assign-name').fill('指定的企业');
    await at('reason').fill('电话核实');
    await desk.screenshot('imports-decide');
    await page.keyboard.press('Enter');
    await page.getByText('没有待处理的行').waitFor(patience);
    await at('finding').selectOption('expired');
    await desk.settled();
    await at('row').first().waitFor(patience);
    await at('decide-all').click();
    await at('decision-skip').check();
    await at('submit').click();
    await page.locator('#import-conflicts', { hasText: '0' }).waitFor(patience);
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(desk.complaints.filter((text) => !/status of 40[134]/.test(text))).toEqual([]);
  });

  it('says what the columns are when the headers do not', async () => {
    const { page, at } = desk;
    const file = path.join(folder, '无表头.csv');
    const table = [
      ['甲', '乙', '丙', '丁'],
      ...rows(5, 3_000).map((row) => row.map((cell) => cell.replace(evil, '戊公司'))),
    ];
    writeFileSync(file, toGb18030(makeCsv(table)));
    await go('/imports');
    await at('upload').click();
    await at('file').setInputFiles(file);
    await at('submit').click();
    await page.locator('[data-state=failed]').waitFor(patience);
    await desk.screenshots('imports-columns');
    const columns = at('column');
    for (const [index, field] of ['companyName', 'creditCode', 'certificate', 'medium'].entries())
      await columns.nth(index).selectOption(field);
    await at('recheck').click();
    await page.locator('[data-state=checked]').waitFor(patience);
    await expect.poll(() => at('preview').textContent()).toContain('5');
    await go('/imports');
    await page.getByText('无表头.csv').waitFor(patience);
    await desk.expectAccessible();
    await desk.screenshots('imports-list');
    expect(desk.complaints.filter((text) => !/status of 40[134]/.test(text))).toEqual([]);
  });
});
