import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { encodePem, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeStockCa, stockCreditCode } from '../../test/support/stock.ts';
import { makeCsv, makeWorkbook, makeZip, toGb18030, workbookParts } from '../../test/support/uploads.ts';
import { csvLine } from '../services/imports/report.ts';
import { defaultImportSettings, type ImportSettings } from '../services/ports/import-records.ts';
import { memorySource } from './byte-source.ts';
import { csvRows } from './csv.ts';
import { readLimits } from './limits.ts';
import { readUpload } from './read-upload.ts';
import type { UploadItem } from './upload-item.ts';
import { XmlReader } from './xml-reader.ts';
import { entryName } from './zip-name.ts';

const ca = makeStockCa(createNodeCrypto(), new Date('2026-06-01T00:00:00Z'));
const der = Buffer.from(ca.issue({ organization: '甲', commonName: '甲', creditCode: stockCreditCode(1) }));
const table = [
  ['企业名称', '统一社会信用代码', '证书'],
  ['甲公司', stockCreditCode(1), toBase64(der)],
  ['乙公司', stockCreditCode(2), toBase64(der)],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-imports-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array, settings: Partial<ImportSettings> = {}): Promise<readonly UploadItem[]> {
  const items: UploadItem[] = [];
  const reading = {
    settings: { ...defaultImportSettings, ...settings },
    notes: { format: () => undefined, table: () => undefined },
    scratch: path.join(folder, 'scratch'),
  };
  try {
    for await (const item of readUpload(memorySource(bytes), 'upload', reading)) items.push(item);
  } finally {
    // Whatever happens, nothing stays on the disk and nothing was written elsewhere.
    expect(readdirSync(folder)).toEqual([]);
  }
  return items;
}

const refusal = (bytes: Uint8Array, settings: Partial<ImportSettings> = {}): Promise<unknown> =>
  read(bytes, settings).catch((error: unknown) => error);
const codes = (items: readonly UploadItem[]) => items.map(({ trouble }) => trouble?.code ?? null);

describe('archives', () => {
  it('are refused where they are cut short, at any place', async () => {
    const zip = makeZip([
      { name: 'a.cer', bytes: der },
      { name: 'b.cer', bytes: der, stored: true },
    ]);
    for (let length = 4; length < zip.length; length += 37)
      await expect(refusal(zip.subarray(0, length))).resolves.toFailWith('ERR_IMPORT_MALFORMED');
  });

  it('that unpack to far more than they are end the reading', async () => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    await expect(refusal(makeZip([{ name: 'bomb.csv', bytes: zeros }]))).resolves.toFailWith('ERR_IMPORT_LIMIT');
    const sheet = `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>${' '.repeat(40_000_000)}</t></is></c></row></sheetData></worksheet>`;
    const refused = await refusal(makeWorkbook(table, { sheet }));
    expect(isCodedError(refused) && refused.code).toMatch(/^ERR_IMPORT_(LIMIT|MALFORMED)$/);
  });

  it('whose sizes lie are told entry by entry', async () => {
    const items = await read(
      makeZip([
        { name: 'smaller.cer', bytes: der, claim: { size: 10 } },
        { name: 'larger.cer', bytes: der, claim: { size: der.length + 5 } },
        { name: 'sum.cer', bytes: der, claim: { crc: 1 } },
        { name: 'secret.cer', bytes: der, claim: { flags: 1 } },
        { name: 'good.cer', bytes: der },
      ]),
    );
    expect(codes(items)).toEqual([
      ...['ERR_IMPORT_MALFORMED', 'ERR_IMPORT_MALFORMED', 'ERR_IMPORT_MALFORMED', 'ERR_IMPORT_ENCRYPTED'],
      null,
    ]);
  });

  it('whose files lie over one another are refused', async () => {
    const overlapping = makeZip([
      { name: 'a.cer', bytes: der },
      { name: 'b.cer', bytes: der, claim: { offset: 0 } },
    ]);
    await expect(refusal(overlapping)).resolves.toFailWith('ERR_IMPORT_MALFORMED');
    const long = makeZip([
      { name: 'a.cer', bytes: der, claim: { packed: 1_000_000 } },
      { name: 'b.cer', bytes: der },
    ]);
    await expect(refusal(long)).resolves.toFailWith('ERR_IMPORT_MALFORMED');
  });

  it('inside archives are not opened, and names lead nowhere', async () => {
    const items = await read(
      makeZip([
        { name: 'inner.zip', bytes: makeZip([{ name: 'a.cer', bytes: der }]) },
        { name: '../../../etc/cron.d/x.cer', bytes: der },
        { name: 'C:\\windows\\x.cer', bytes: der },
        { name: '/etc/passwd', bytes: der },
        { name: Buffer.from('a\0b\u202egnp.cer'), utf8: true, bytes: der },
      ]),
    );
    expect(codes(items)).toEqual(['ERR_IMPORT_NESTED', null, null, null, null]);
    expect(items.map(({ place }) => place)[4]).toBe('upload/a\ufffdb\ufffdgnp.cer');
  });

  it('with anything else in them say so for each file', async () => {
    const items = await read(
      makeZip([
        { name: 'scan.png', bytes: Buffer.from('89504e470d0a1a0a', 'hex') },
        { name: 'old.xls', bytes: Buffer.from('d0cf11e0a1b11ae1', 'hex') },
        { name: 'empty.cer', bytes: Buffer.alloc(0), stored: true },
        { name: 'readme.txt', bytes: Buffer.from('请核对\n') },
      ]),
    );
    expect(codes(items)).toEqual([
      // Tables come first, by their names.
      ...['ERR_IMPORT_MAPPING', 'ERR_IMPORT_FORMAT', 'ERR_IMPORT_FORMAT', 'ERR_IMPORT_FORMAT'],
    ]);
  });
});

describe('workbooks', () => {
  const sheetOf = (inner: string): Buffer =>
    makeWorkbook([], { sheet: `<worksheet><sheetData>${inner}</sheetData></worksheet>` });
  const header =
    '<row r="1"><c r="A1" t="inlineStr"><is><t>单位名称</t></is></c><c r="B1" t="inlineStr"><is><t>信用代码</t></is></c></row>';
  const text = (at: string, value: string): string => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;

  it('with a document type, entities that grow, or XML that is cut short, are refused', async () => {
    const bomb =
      '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>';
    for (const sheet of [
      bomb,
      '<worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>',
      '<worksheet><sheetData><row><c t="inlineStr"><is><t>&#0;</t></is></c></row></sheetData></worksheet>',
      '<worksheet><sheetData><row>',
      '<worksheet></worksheet></worksheet>',
      '<worksheet '.padEnd(400_000, 'x'),
      '<x>'.repeat(1_000),
    ])
      await expect(refusal(makeWorkbook(table, { sheet }))).resolves.toFailWith('ERR_IMPORT_MALFORMED');
  });

  it('compute nothing: a formula is what was stored for it, or itself', async () => {
    const row = `<row r="2">${text('A2', '甲')}<c r="B2" t="str"><f>A1&amp;"x"</f><v>${stockCreditCode(3)}</v></c></row><row r="3"><c r="A3"><f>1+1</f></c>${text('B3', 'x')}</row>`;
    const items = await read(sheetOf(header + row));
    expect(items.map(({ said }) => said)).toEqual([
      { companyName: '甲', creditCode: stockCreditCode(3) },
      { companyName: '=1+1', creditCode: 'x' },
    ]);
  });

  it('with a million columns, texts that are not there and cells out of order say so for the row', async () => {
    const rows = [
      `<row r="2">${text('A2', '甲')}${text('ZZZ2', 'x')}</row>`,
      `<row r="3"><c r="A3" t="s"><v>99</v></c></row>`,
      `<row r="4"><c r="A4" t="e"><v>#REF!</v></c></row>`,
      `<row r="5">${text('B5', stockCreditCode(4))}${text('A5', '乙')}</row>`,
    ];
    const items = await read(sheetOf(header + rows.join('')));
    expect(codes(items)).toEqual(['ERR_IMPORT_LIMIT', 'ERR_IMPORT_CELL', 'ERR_IMPORT_CELL', null]);
    expect(items[3]?.said).toEqual({ companyName: '乙', creditCode: stockCreditCode(4) });
  });

  it('whose parts are missing or named strangely are refused', async () => {
    const parts = workbookParts(table);
    for (const missing of ['xl/worksheets/sheet1.xml', 'xl/_rels/workbook.xml.rels'])
      await expect(refusal(makeZip(parts.filter(({ name }) => name !== missing)))).resolves.toFailWith(
        'ERR_IMPORT_MALFORMED',
      );
    const outside = parts.map((part) =>
      part.name === 'xl/_rels/workbook.xml.rels'
        ? { ...part, bytes: Buffer.from(part.bytes.toString().replace('worksheets/sheet1.xml', '../../../etc/passwd')) }
        : part,
    );
    await expect(refusal(makeZip(outside))).resolves.toFailWith('ERR_IMPORT_MALFORMED');
    await expect(refusal(makeWorkbook(table), { sheet: '没有这张表' })).resolves.toFailWith('ERR_IMPORT_MALFORMED');
  });
});

describe('tables of text', () => {
  const head = '企业名称,信用代码\n';
  it('say what is wrong with a row and go on with the next', async () => {
    const code = stockCreditCode(5);
    const items = await read(
      Buffer.from(
        [
          head.trim(),
          `甲,${code}`,
          `N\0UL,${code}`,
          `${'x,'.repeat(1_000_000)}y`,
          `"丙, ""引""号",${code}`,
          `"open,${code}`,
          `丁,${code}`,
          '',
        ].join('\n'),
      ),
    );
    expect(codes(items)).toEqual([...[null, 'ERR_IMPORT_CELL', 'ERR_IMPORT_LIMIT', null, 'ERR_IMPORT_LIMIT', null]]);
    expect(items[3]?.said.companyName).toBe('丙, "引"号');
    expect(items[5]?.said.companyName).toBe('丁');
  });

  it('with quotation marks that are never closed do not cost more and more', async () => {
    const lines = `"x\n`.repeat(50_000);
    await expect(refusal(Buffer.from(`${head}${lines}`))).resolves.toBeDefined();
  });

  it('of two encodings at once are not guessed at', async () => {
    const code = stockCreditCode(6);
    const items = await read(
      Buffer.concat([
        toGb18030(head),
        toGb18030(`甲公司,${code}\n`),
        Buffer.from(`乙公司,${code}\n`),
        Buffer.from(`\xff\xff\xff,${code}\n`, 'latin1'),
        toGb18030(`联通,${code}\n`),
      ]),
    );
    expect(codes(items)).toEqual([null, 'ERR_IMPORT_ENCODING', 'ERR_IMPORT_ENCODING', null]);
    expect(items[3]?.said.companyName).toBe('联通');
  });

  it('with the same header twice, with none that is known, or said to be what they are not, ask', async () => {
    for (const text of ['企业名称,单位名称,证书\n', 'a,b\n1,2\n', '企业名称\n甲\n'])
      await expect(refusal(Buffer.from(text))).resolves.toFailWith('ERR_IMPORT_MAPPING');
    const settings = { columns: [{ field: 'certificate', column: 'nope' }] } as const;
    await expect(refusal(Buffer.from(head), settings)).resolves.toFailWith('ERR_IMPORT_MAPPING');
    const wrong = await read(toGb18030(`${head}甲公司,${stockCreditCode(1)}\n`), {
      encoding: 'utf-8',
      columns: [
        { field: 'companyName', column: 0 },
        { field: 'creditCode', column: 1 },
      ],
    });
    expect(codes(wrong)[0]).toBe('ERR_IMPORT_ENCODING');
  });

  it('write no formula into a report', () => {
    for (const cell of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1', ' =1', '"=1', '|calc'])
      expect(csvLine([cell])).toMatch(/^"?'/);
    expect(csvLine(['甲,乙', 'a"b'])).toBe('"甲,乙","a""b"\r\n');
  });
});

describe('files of certificates', () => {
  it('that are broken lose the broken block alone', async () => {
    const good = encodePem('CERTIFICATE', der);
    const items = await read(
      Buffer.from(
        `${good}-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n${good}-----BEGIN CERTIFICATE-----\nMIIB\n`,
      ),
    );
    expect(codes(items)).toEqual([null, 'ERR_BYTES_BASE64_INVALID', null, 'ERR_IMPORT_MALFORMED']);
  });

  it('that hold a private key in any form are refused', async () => {
    const key = createNodeCrypto().generateKeyPair({ kind: 'sm2' }).privateKey.pkcs8;
    for (const bytes of [
      Buffer.from(key),
      Buffer.from(toBase64(key)),
      Buffer.from(encodePem('EC PRIVATE KEY', key)),
      Buffer.from(encodePem('ENCRYPTED PRIVATE KEY', key)),
      makeZip([{ name: 'a.txt', bytes: Buffer.from(encodePem('PRIVATE KEY', key)) }]),
      Buffer.from(makeCsv([['证书'], [toBase64(key)]])),
    ])
      await expect(refusal(bytes)).resolves.toFailWith('ERR_IMPORT_PRIVATE_KEY');
  });

  it('of other kinds are named', async () => {
    for (const bytes of [
      Buffer.from('1f8b0800', 'hex'),
      Buffer.from('%PDF-1.7'),
      deflateRawSync(der),
      Buffer.alloc(70_000),
    ]) {
      const refused = await refusal(bytes);
      expect(isCodedError(refused) || Array.isArray(refused)).toBe(true);
    }
    await expect(refusal(Buffer.from('%PDF-1.7'))).resolves.toFailWith('ERR_IMPORT_FORMAT');
  });
});

describe('whatever bytes come', () => {
  const decent = async (bytes: Uint8Array): Promise<void> => {
    const result = await refusal(bytes);
    if (!Array.isArray(result)) expect(isCodedError(result), String(result)).toBe(true);
  };

  it('are read or refused by name: random ones, and good files with wrong bytes in them', async () => {
    const files = [makeWorkbook(table), makeZip([{ name: 'a.cer', bytes: der }]), Buffer.from(makeCsv(table)), der];
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), decent), { numRuns: 150 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (file, changes) => {
          const bytes = Buffer.from(file);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          await decent(bytes);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('CSV gives back the cells that were written, whatever is in them and wherever the stream is cut', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',' as const, ';' as const, '\t' as const),
        fc.integer({ min: 1, max: 40 }),
        async (rows, separator, size) => {
          const bytes = Buffer.from(makeCsv(rows, separator));
          const cut = async function* () {
            for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
          };
          const found: (readonly string[])[] = [];
          for await (const row of csvRows(cut(), 'utf-8', separator, 'x')) found.push(row.cells);
          expect(found).toEqual(rows.map((row) => row.map((text) => text)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('XML says the same wherever it is cut', () => {
    const xml = `<?xml version="1.0"?><a x="1 > 0"><!-- c --><b>&lt;甲&#x4e59;</b><![CDATA[<x>]]><c/></a>`;
    const whole = new XmlReader('x').push(xml);
    fc.assert(
      fc.property(fc.array(fc.nat(xml.length), { maxLength: 8 }), (cuts) => {
        const reader = new XmlReader('x');
        const places = [0, ...cuts.sort((a, b) => a - b), xml.length];
        const events = places.flatMap((at, index) => reader.push(xml.slice(at, places[index + 1] ?? at)));
        reader.end();
        expect(events).toEqual(whole);
      }),
    );
  });

  it('names of entries are one line of text, whatever their bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(0xffff),
        fc.uint8Array({ maxLength: 40 }),
        (name, flags, extra) => {
          const shown = entryName(Buffer.from(name), flags, Buffer.from(extra));
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(shown.isWellFormed()).toBe(true);
        },
      ),
    );
    expect(entryName(toGb18030('证书.cer'), 0, Buffer.alloc(0))).toBe('证书.cer');
  });

  it('has limits that are numbers', () => {
    for (const limit of Object.values(readLimits)) expect(limit).toBeGreaterThan(0);
  });
});
