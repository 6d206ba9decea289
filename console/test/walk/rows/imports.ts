import { toBase64 } from '@onelock/core/bytes';
import { stockCreditCode } from '../../../../bridge-service/test/support/stock.ts';
import { makeCsv } from '../../../../bridge-service/test/support/uploads.ts';
import type { WalkRow } from '../rows.ts';
import { prepareProvince } from '../seed.ts';

const header = ['企业名称', '统一社会信用代码', '证书内容', '介质', '备注'];

export const importsRows: readonly WalkRow[] = [
  {
    area: 'imports',
    title: 'a list is uploaded, tried, started, what waits is decided, and the report is there',
    async run(walk) {
      const { stock } = await prepareProvince(walk);
      const from = walk.language === 'en' ? 5_000 : 4_000;
      const rows = Array.from({ length: 30 }, (_, index) => {
        const name = `闽${from + index}号路桥有限公司`;
        const creditCode = stockCreditCode(from + index);
        walk.know(name);
        return [
          name,
          creditCode,
          toBase64(stock.issue({ organization: name, commonName: name, creditCode })),
          'UKey',
          '',
        ];
      });
      const nobody = stock.issue({ commonName: '无代码企业' });
      const old = stock.issue({
        commonName: '过期企业',
        organization: '过期企业',
        notAfter: new Date(Date.now() - 1e9),
      });
      walk.know('无代码企业', '过期企业', '没有证书', ...header);
      const table = [
        header,
        ...rows,
        ['过期企业', stockCreditCode(from + 900), toBase64(old), 'UKey', ''],
        ['', '', toBase64(nobody), '', ''],
        ['没有证书', '', '', '', ''],
      ];
      await walk.go('/imports');
      await walk.look('list');
      await walk.dialog('upload', 'upload');
      const name = walk.say('存量证书.csv', 'stock.csv');
      walk.know(name);
      await walk.upload('file', name, Buffer.from(makeCsv(table)));
      await walk.enter('submit');
      await walk.page.locator('[data-state=checked]').waitFor();
      await walk.settled();
      await walk.look('checked');
      walk.did('uploads a list');
      await walk.dialog('start', 'start');
      await walk.submit();
      await walk.page.locator('[data-state=done]').waitFor();
      await walk.page.locator('[data-test=row]').first().waitFor();
      await walk.settled();
      await walk.look('done, with rows that wait');
      walk.did('starts the import');
      await walk.choose('finding', 'no-code');
      await walk.settled();
      await walk.page.locator('[data-test=row]').first().waitFor();
      await walk.tick('row');
      await walk.dialog('decide', 'decide');
      await walk.tabTo(walk.page.locator('dialog input[type=radio]').first());
      await walk.page.keyboard.press('Space');
      for (let turn = 0; turn < 5 && !(await walk.page.locator('[data-test=decision-skip]').isChecked()); turn += 1)
        await walk.page.keyboard.press('ArrowDown');
      await walk.fill('reason', walk.say('企业已注销', 'company is gone'));
      await walk.submit();
      walk.did('decides about a row');
      await walk.go('/imports');
      await walk.look('list with an import');
    },
  },
  {
    area: 'imports',
    title: 'columns that nobody can tell are told by hand; an import is cancelled, with why',
    async run(walk) {
      const name = walk.say('无表头.csv', 'headless.csv');
      const table = [
        ['甲', '乙', '丙'],
        ['一', '二', '三'],
      ];
      walk.know(name, ...table.flat());
      await walk.go('/imports');
      await walk.enter('upload');
      await walk.page.locator('dialog[open]').waitFor();
      await walk.upload('file', name, Buffer.from(makeCsv(table)));
      await walk.enter('submit');
      await walk.page.locator('[data-state=failed]').waitFor();
      await walk.settled();
      await walk.look('columns that are not clear');
      await walk.dialog('cancel-import', 'cancel');
      await walk.fill('why', walk.say('传错文件', 'wrong file'));
      await walk.submit();
      await walk.page.locator('[data-state=cancelled]').waitFor();
      walk.did('cancels an import');
    },
  },
];
