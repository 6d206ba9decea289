import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, equalBytes, toBase64, toHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeStockCa, stockCreditCode } from '../../test/support/stock.ts';
import { makeCsv, makeWorkbook, makeZip, toGb18030 } from '../../test/support/uploads.ts';
import { defaultImportSettings, type ImportSettings, type ImportTable } from '../services/ports/import-records.ts';
import { memorySource } from './byte-source.ts';
import { readUpload } from './read-upload.ts';
import type { UploadItem } from './upload-item.ts';

const ops = createNodeCrypto();
const ca = makeStockCa(ops, new Date('2026-06-01T00:00:00Z'));
const companies = ['贵州建设工程有限公司', '遵义路桥集团', '安顺水利设计院'].map((name, index) => ({
  name,
  code: stockCreditCode(index + 1),
}));
const ders = companies.map(({ name, code }) => ca.issue({ organization: name, commonName: name, creditCode: code }));
const rows = [
  ['序号', '企业名称', '统一社会信用代码（必填）', '证书内容', '介质'],
  ...companies.map(({ name, code }, index) => [
    String(index + 1),
    name,
    code,
    toBase64(ders[index] ?? new Uint8Array()),
    'USB Key',
  ]),
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-imports-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array, settings: Partial<ImportSettings> = {}) {
  const items: UploadItem[] = [];
  const tables: ImportTable[] = [];
  const formats: string[] = [];
  const reading = {
    settings: { ...defaultImportSettings, ...settings },
    notes: {
      format: (name: string) => void formats.push(name),
      table: (table: ImportTable) => void tables.push(table),
    },
    scratch: path.join(folder, 'scratch'),
  };
  for await (const item of readUpload(memorySource(bytes), 'upload', reading)) items.push(item);
  expect(readdirSync(folder)).toEqual([]);
  return { items, tables, formats };
}

function expectTheThree(items: readonly UploadItem[]): void {
  expect(items.map(({ said, trouble }) => ({ ...said, trouble }))).toEqual(
    companies.map(({ name, code }) => ({ creditCode: code, companyName: name, medium: 'USB Key', trouble: undefined })),
  );
  for (const [index, { der }] of items.entries())
    expect(equalBytes(der ?? new Uint8Array(), ders[index] ?? new Uint8Array())).toBe(true);
}

describe('a table of certificates', () => {
  const text = makeCsv(rows);
  it.each([
    ['CSV in UTF-8', Buffer.from(text)],
    ['CSV in UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['CSV in GB18030', toGb18030(text)],
    ['CSV in UTF-16, as Excel saves text', Buffer.from(`\ufeff${makeCsv(rows, '\t')}`, 'utf16le')],
    ['CSV with semicolons', Buffer.from(makeCsv(rows, ';'))],
    ['CSV with tabs and bare line feeds', Buffer.from(makeCsv(rows, '\t').replaceAll('\r\n', '\n'))],
    ['CSV with a word about the separator', Buffer.from(`sep=;\r\n${makeCsv(rows, ';')}`)],
    ['a workbook with shared texts', makeWorkbook(rows)],
    ['a workbook with texts in the cells', makeWorkbook(rows, { shared: false })],
    ['a workbook in an archive', makeZip([{ name: '清单.xlsx', utf8: true, bytes: makeWorkbook(rows) }])],
    ['CSV in an archive', makeZip([{ name: toGb18030('清单.csv'), bytes: toGb18030(text) }])],
  ])('is read from %s', async (_name, bytes) => {
    const { items, tables } = await read(bytes);
    expectTheThree(items);
    expect(tables[0]?.fields).toEqual([null, 'companyName', 'creditCode', 'certificate', 'medium']);
    expect(tables[0]?.samples[0]?.[1]).toBe(companies[0]?.name);
  });

  it('is read with PEM in quoted cells, with hexadecimal, and with two certificates to a row', async () => {
    const [first = new Uint8Array(), second = new Uint8Array()] = ders;
    const { items } = await read(
      Buffer.from(
        makeCsv([
          ['name', 'sign cert', 'Encryption Certificate'],
          ['甲', encodePem('CERTIFICATE', first), toHex(second).toUpperCase()],
        ]),
      ),
    );
    expect(items.map(({ place }) => place)).toEqual(['upload#2.2', 'upload#2.3']);
    expect(items.map(({ der }) => toHex(der ?? new Uint8Array()))).toEqual([toHex(first), toHex(second)]);
  });

  it('follows a mapping that somebody gave, by header and by number', async () => {
    const odd = rows.map((row, index) => (index === 0 ? ['a', 'b', 'c', 'd', 'e'] : row));
    await expect(read(Buffer.from(makeCsv(odd))).catch((error) => error)).resolves.toFailWith('ERR_IMPORT_MAPPING');
    const { items } = await read(Buffer.from(makeCsv(odd)), {
      columns: [
        { field: 'companyName', column: 'B' },
        { field: 'creditCode', column: 2 },
        { field: 'certificate', column: 3 },
        { field: 'medium', column: 'e' },
      ],
    });
    expectTheThree(items);
  });

  it('needs no header when there is nothing but certificates', async () => {
    const { items } = await read(Buffer.from(ders.map((der) => `${toBase64(der)},x\n`).join('')));
    expect(items.map(({ der }) => der)).toEqual(ders.map((der) => Buffer.from(der)).map((der) => new Uint8Array(der)));
  });

  it('gives companies without certificates as companies', async () => {
    const { items } = await read(Buffer.from(`单位名称,信用代码\n甲公司,${stockCreditCode(7)}\n,\n乙公司,\n`));
    expect(items).toEqual([
      { place: 'upload#2', said: { companyName: '甲公司', creditCode: stockCreditCode(7) } },
      { place: 'upload#4', said: { companyName: '乙公司' }, trouble: { code: 'ERR_IMPORT_EMPTY_ROW', params: {} } },
    ]);
  });
});

describe('files of certificates', () => {
  const bundle = Buffer.from(
    ders
      .map((der, index) => `subject: ${index}\n${encodePem('CERTIFICATE', der)}`)
      .join('\n')
      .replaceAll('\n', '\r\n'),
  );
  it('reads a PEM bundle with words between the blocks, and DER alone, in a row, or as base64', async () => {
    expect((await read(bundle)).items.map(({ place }) => place)).toEqual(['upload#1', 'upload#2', 'upload#3']);
    for (const bytes of [ders[0], Buffer.from(toBase64(ders[0] ?? new Uint8Array()))])
      expect((await read(bytes ?? Buffer.alloc(0))).items).toHaveLength(1);
    expect((await read(Buffer.concat(ders))).items).toHaveLength(3);
  });

  it('reads an archive with names in GBK, in UTF-8 with and without the flag, and with the field of Info-ZIP', async () => {
    const [a, b, c] = ders.map((der) => Buffer.from(der)) as [Buffer, Buffer, Buffer];
    const plain = Buffer.from('x.cer');
    const unicode = Buffer.from('丁公司.cer');
    const field = Buffer.alloc(9);
    field.writeUInt16LE(0x7075, 0);
    field.writeUInt16LE(5 + unicode.length, 2);
    field[4] = 1;
    const { crc32 } = await import('node:zlib');
    field.writeUInt32LE(crc32(plain), 5);
    const { items } = await read(
      makeZip([
        { name: toGb18030('甲公司\\签名.cer'), bytes: a },
        { name: '乙公司.cer', utf8: true, bytes: b },
        { name: '丙公司.cer', bytes: c },
        { name: plain, extra: Buffer.concat([field, unicode]), bytes: a, stored: true },
        { name: '__MACOSX/._x', bytes: Buffer.from('x') },
        { name: 'dir/', bytes: Buffer.alloc(0), stored: true },
      ]),
    );
    expect(items.map(({ place, der }) => [place, der !== undefined])).toEqual(
      ['甲公司/签名.cer', '乙公司.cer', '丙公司.cer', '丁公司.cer'].map((name) => [`upload/${name}`, true]),
    );
  });
});

describe('a table that names files of its archive', () => {
  const table = (names: readonly string[]) => [
    ['企业名称', '统一社会信用代码', '证书文件', '介质'],
    ...companies.map(({ name, code }, index) => [name, code, names[index] ?? '', 'USB Key']),
  ];
  const names = ['certs/张三.cer', 'certs\\李四.CER', './certs/王五.pem'];
  const certs = (): readonly { name: string; bytes: Buffer }[] => [
    { name: 'certs/张三.cer', bytes: Buffer.from(ders[0] ?? []) },
    { name: 'certs/李四.cer', bytes: Buffer.from(toBase64(ders[1] ?? new Uint8Array())) },
    { name: 'certs/王五.pem', bytes: Buffer.from(encodePem('CERTIFICATE', ders[2] ?? new Uint8Array())) },
  ];
  const inGbk = (files: readonly { name: string; bytes: Buffer }[]) =>
    makeZip(files.map(({ name, bytes }) => ({ name: toGb18030(name), bytes })));

  it.each([
    [
      'a CSV in GB18030, names in GBK',
      inGbk([...certs(), { name: '清单.csv', bytes: toGb18030(makeCsv(table(names))) }]),
    ],
    ['a workbook, names in GBK', inGbk([...certs(), { name: '清单.xlsx', bytes: makeWorkbook(table(names)) }])],
    [
      'a workbook in a folder of its own, which it names them from',
      inGbk([
        { name: '存量/清单.xlsx', bytes: makeWorkbook(table(names)) },
        ...certs().map(({ name, bytes }) => ({ name: `存量/${name}`, bytes })),
      ]),
    ],
    [
      'bare names, each of one file',
      inGbk([
        ...certs(),
        { name: '清单.csv', bytes: Buffer.from(makeCsv(table(['张三.cer', '李四.cer', '王五.pem']))) },
      ]),
    ],
    [
      'names that macOS writes in parts',
      makeZip([
        ...certs().map(({ name, bytes }, index) => ({
          name: ['certs/é1.cer', '2.cer', '3.pem'][index]?.normalize('NFD') ?? name,
          bytes,
          utf8: true,
        })),
        { name: 'list.csv', bytes: Buffer.from(makeCsv(table(['certs/é1.cer', '2.cer', '3.pem']))) },
      ]),
    ],
  ])('is read from %s: each certificate once, with what its row says', async (_name, bytes) => {
    const { items } = await read(bytes);
    expectTheThree(items);
  });

  it('takes from PKCS#7 what is in it, and leaves files that no row names as they are', async () => {
    const extra = ca.issue({ commonName: '没有人提到' });
    const { items } = await read(
      inGbk([
        { name: '其他.cer', bytes: Buffer.from(extra) },
        ...certs(),
        { name: '清单.csv', bytes: Buffer.from(makeCsv(table(names))) },
      ]),
    );
    expect(items).toHaveLength(4);
    expectTheThree(items.slice(0, 3));
    expect(items[0]?.place).toContain('清单.csv#2 → certs/张三.cer');
    expect(items[3]).toMatchObject({ said: {}, place: 'upload/其他.cer' });
  });

  it('says for the row what file is not there, is there twice, is no certificate or leads elsewhere', async () => {
    const rowsOf = [
      ['企业名称', '统一社会信用代码', '证书文件'],
      ['甲', companies[0]?.code ?? '', 'certs/没有.cer'],
      ['乙', companies[1]?.code ?? '', '同名.cer'],
      ['丙', companies[2]?.code ?? '', '图.cer'],
      ['丁', companies[2]?.code ?? '', '../../etc/host.cer'],
      ['戊', companies[0]?.code ?? '', 'certs/张三.cer'],
    ];
    const { items } = await read(
      inGbk([
        ...certs().slice(0, 1),
        { name: 'a/同名.cer', bytes: Buffer.from(ders[1] ?? []) },
        { name: 'b/同名.cer', bytes: Buffer.from(ders[2] ?? []) },
        { name: '图.cer', bytes: Buffer.from('不是证书') },
        { name: '清单.csv', bytes: Buffer.from(makeCsv(rowsOf)) },
      ]),
    );
    expect(items.map(({ trouble, der }) => trouble ?? (der === undefined ? 'nothing' : 'a certificate'))).toEqual([
      { code: 'ERR_IMPORT_REFERENCE', params: { file: 'certs/没有.cer', found: 0 } },
      { code: 'ERR_IMPORT_REFERENCE', params: { file: '同名.cer', found: 2 } },
      { code: 'ERR_IMPORT_FORMAT', params: { format: 'certificate' } },
      { code: 'ERR_IMPORT_REFERENCE', params: { file: '../../etc/host.cer', found: 0 } },
      'a certificate',
      'a certificate',
      'a certificate',
    ]);
    const alone = await read(Buffer.from(makeCsv(rowsOf)));
    expect(alone.items.map(({ trouble }) => trouble?.code)).toEqual(Array(5).fill('ERR_IMPORT_REFERENCE'));
  });

  it('ends at a private key that a row names, and at a bomb', async () => {
    const one = (bytes: Buffer) =>
      read(
        inGbk([
          { name: '1.cer', bytes },
          { name: '清单.csv', bytes: Buffer.from(makeCsv([['证书文件'], ['1.cer']])) },
        ]),
      ).catch((error: unknown) => error);
    const key = Buffer.from(ops.generateKeyPair({ kind: 'sm2' }).privateKey.pkcs8);
    expect(await one(key)).toFailWith('ERR_IMPORT_PRIVATE_KEY');
    const large = await one(Buffer.alloc(1024 * 1024 + 1));
    expect(large).toMatchObject({ items: [{ trouble: { code: 'ERR_IMPORT_MALFORMED' } }] });
  });
});

describe('the same upload', () => {
  it('gives the same things in the same order each time', async () => {
    writeFileSync(path.join(folder, 'keep'), '');
    rmSync(path.join(folder, 'keep'));
    const bytes = makeZip([
      { name: 'a.csv', bytes: Buffer.from(makeCsv(rows)) },
      { name: 'b.xlsx', bytes: makeWorkbook(rows) },
      { name: 'c.pem', bytes: Buffer.from(encodePem('CERTIFICATE', ders[0] ?? new Uint8Array())) },
    ]);
    const [first, second] = [await read(bytes), await read(bytes)];
    expect(first.items).toHaveLength(7);
    expect(second.items).toEqual(first.items);
  });
});
