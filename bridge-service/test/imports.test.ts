import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { derExplicit, derInteger, derOid, derSequence, derSetOf, oids } from '@onelock/core/asn1';
import { encodePem, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { cleanUp } from '../src/jobs/housekeeping.ts';
import { rowsDigest } from '../src/services/imports/commit-batch.ts';
import { importAll, importOf, part, registerStockCa, upload, work } from './support/imports.ts';
import { pem } from './support/pki.ts';
import { createTestService, type TestService } from './support/service.ts';
import { makeStockCa, type StockCa, stockCreditCode } from './support/stock.ts';
import { makeCsv, makeWorkbook, makeZip, toGb18030 } from './support/uploads.ts';

const ops = createNodeCrypto();
const now = new Date('2026-06-01T00:00:00Z');
const day = 86_400_000;

let service: TestService;
let token: string;
let ca: StockCa;
beforeAll(async () => {
  service = await createTestService({ importLimitBytes: 4_000_000 }, now);
  token = await service.caller('operator');
  ca = makeStockCa(ops, now);
  await registerStockCa(service, ca);
});
afterAll(() => service.close());

let number = 0;
/** So many rows of companies and certificates that nobody has seen before. */
function stock(count: number): readonly (readonly string[])[] {
  return Array.from({ length: count }, () => {
    number += 1;
    const name = `存量企业${number}有限公司`;
    const code = stockCreditCode(number);
    return [name, code, toBase64(ca.issue({ organization: name, commonName: name, creditCode: code }))];
  });
}

const header = ['企业名称', '统一社会信用代码', '证书'];
const csvOf = (rows: readonly (readonly string[])[]): Buffer => Buffer.from(`\ufeff${makeCsv([header, ...rows])}`);
const get = async (url: string, headers: Record<string, string> = {}) => service.call('GET', url, { token, headers });
const auditOf = async (id: string) =>
  (await service.call('GET', `/v1/audit?target=${id}&limit=200`, { token: service.administrator })).body.items as {
    action: string;
    details: Record<string, unknown>;
  }[];

describe('an import', () => {
  it('arrives in pieces, is checked without writing, runs, and is known the next time', async () => {
    const rows = stock(300);
    const bytes = csvOf(rows);
    const created = await service.call('POST', '/v1/imports', {
      token,
      body: { name: '清单.csv', size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    });
    expect(created.status).toBe(201);
    const { id } = created.body;
    const half = Math.floor(bytes.length / 2);
    expect((await part(service, token, id, 0, bytes.subarray(0, half))).body.received).toBe(half);
    expect((await part(service, token, id, 0, bytes.subarray(0, half))).body.received).toBe(half);
    expect((await part(service, token, id, half + 1, bytes.subarray(half + 1))).body.error).toMatchObject({
      code: 'ERR_IMPORT_OFFSET',
      params: { expected: half },
    });
    expect((await part(service, token, id, half, bytes.subarray(half))).body.state).toBe('checking');
    const before = await get('/v1/companies?limit=1');
    expect(await work(service)).toBe(1);
    const checked = await importOf(service, token, id);
    expect(checked).toMatchObject({ state: 'checked', total: 300, counts: {}, position: 0 });
    expect(checked.preview).toMatchObject({ format: 'csv', rows: 300, counts: { imported: 300 }, newCompanies: 300 });
    expect(checked.preview.tables[0].fields).toEqual(['companyName', 'creditCode', 'certificate']);
    expect((await get('/v1/companies?limit=1')).body).toEqual(before.body);

    expect((await service.call('POST', `/v1/imports/${id}/start`, { token, body: {} })).body.state).toBe('running');
    await work(service);
    const done = await importOf(service, token, id);
    expect(done).toMatchObject({ state: 'done', position: 300, counts: { imported: 300 }, newCompanies: 300 });
    const code = rows[5]?.[1] ?? '';
    const [company] = (await get(`/v1/companies?creditCode=${code}`)).body.items;
    const [certificate] = (await get(`/v1/certificates?companyId=${company.id}`)).body.items;
    expect(certificate).toMatchObject({ source: id, provenAt: null, state: 'active', companyId: company.id });
    const history = (await get(`/v1/certificates/${certificate.id}/history`)).body.items;
    expect(history).toMatchObject([{ version: 1, action: 'certificate.register' }]);
    expect(readdirSync(path.join(service.folder, 'imports/node_a'))).toEqual([]);

    // One entry for each batch, with the digest of its rows; and no word of a single row.
    const entries = await auditOf(id);
    expect(entries.map(({ action }) => action)).toEqual([
      ...['import.create', 'import.start', 'import.batch', 'import.batch', 'import.finish'],
    ]);
    const all = await service.ports.store.imports.rows(id, { after: null, limit: 1_000 }, undefined);
    const [first] = entries.filter(({ action }) => action === 'import.batch');
    expect(first?.details).toMatchObject({ first: 1, last: 256, rows: `sm3:${rowsDigest(all.slice(0, 256), ops)}` });

    const again = await importAll(service, token, bytes);
    expect(again).toMatchObject({ state: 'done', counts: { known: 300 }, newCompanies: 0 });
  });

  it('is the same from a workbook, GB18030, PEM and an archive with names in GBK', async () => {
    const rows = stock(4);
    const [one, two, three, four] = rows.map((row) => [row]) as [string[][], string[][], string[][], string[][]];
    const der = Buffer.from(three[0]?.[2] ?? '', 'base64');
    const files: [Buffer, string][] = [
      [makeWorkbook([header, ...one]), 'xlsx'],
      [toGb18030(makeCsv([header, ...two])), 'csv'],
      [Buffer.from(encodePem('CERTIFICATE', der)), 'pem'],
      [makeZip([{ name: toGb18030('证书.cer'), bytes: Buffer.from(four[0]?.[2] ?? '', 'base64') }]), 'zip+der'],
    ];
    for (const [bytes, format] of files) {
      const done = await importAll(service, token, bytes);
      expect(done).toMatchObject({ state: 'done', counts: { imported: 1 }, newCompanies: 1 });
      expect(done.preview.format).toBe(format);
    }
  });

  it('takes every certificate out of PKCS#7, of GM too, and leaves the CA’s aside', async () => {
    const rows = stock(2);
    const ders = rows.map(([, , text = '']) => Buffer.from(text, 'base64'));
    const listOf = (type: string, data: string): Buffer => {
      const certificates = derExplicit(0, ca.root, ...ders);
      const content = derSequence(derInteger(1), derSetOf(), derSequence(derOid(data)), certificates, derSetOf());
      return Buffer.from(derSequence(derOid(type), derExplicit(0, content)));
    };
    const plain = listOf(oids.signedData, oids.data);
    const done = await importAll(service, token, plain);
    expect(done).toMatchObject({ state: 'done', counts: { imported: 2, ignored: 1 }, newCompanies: 2 });
    expect(done.preview.format).toBe('der');
    const gm = Buffer.from(encodePem('PKCS7', listOf(oids.gmSignedData, oids.gmData)));
    const again = await importAll(service, token, gm);
    expect(again).toMatchObject({ state: 'done', counts: { known: 2, ignored: 1 }, preview: { format: 'pem' } });
  });

  it('reads a workbook whose rows name files of the same archive, in GBK, and queues what is the matter with each', async () => {
    const [good, late, other] = stock(3) as [string[], string[], string[]];
    const expired = ca.issue({
      organization: late[0] ?? '',
      commonName: 'x',
      creditCode: late[1] ?? '',
      notAfter: new Date(now.getTime() - day),
    });
    const stranger = makeStockCa(ops, now, '陌生 CA').issue({ commonName: '陌生', creditCode: other[1] ?? '' });
    const files: readonly [string, Uint8Array][] = [
      ['certs/张三.cer', Buffer.from(good[2] ?? '', 'base64')],
      ['certs/李四.cer', expired],
      ['certs/王五.cer', stranger],
    ];
    const table = [
      ['企业名称', '统一社会信用代码', '证书文件'],
      [good[0] ?? '', good[1] ?? '', 'certs/张三.cer'],
      [late[0] ?? '', late[1] ?? '', 'certs\\李四.cer'],
      [other[0] ?? '', other[1] ?? '', '王五.cer'],
      ['没有文件', stockCreditCode(700_009), 'certs/赵六.cer'],
      ['换了名字', good[1] ?? '', '张三.cer'],
    ];
    const bytes = makeZip([
      ...files.map(([name, der]) => ({ name: toGb18030(name), bytes: Buffer.from(der) })),
      { name: toGb18030('清单.xlsx'), bytes: makeWorkbook(table) },
    ]);
    const done = await importAll(service, token, bytes);
    // The last row brings what the first has brought: known, whatever it calls the company.
    expect(done).toMatchObject({
      ...{ state: 'done', counts: { imported: 1, conflict: 2, unreadable: 1, known: 1 } },
      ...{ openConflicts: 2, newCompanies: 1 },
    });
    expect(done.preview.counts).toEqual(done.counts);
    const rows = (await get(`/v1/imports/${done.id}/rows`)).body.items;
    expect(rows.map(({ fate, findings }: { fate: string; findings: string[] }) => [fate, ...findings])).toEqual([
      ['imported'],
      ['conflict', 'expired'],
      ['conflict', 'unknown-ca'],
      ['unreadable'],
      ['known'],
    ]);
    expect(rows[3].reason).toMatchObject({
      code: 'ERR_IMPORT_REFERENCE',
      params: { file: 'certs/赵六.cer', found: 0 },
    });
    expect(rows[0].place).toContain('清单.xlsx/存量证书#2 → certs/张三.cer');
    const decisions = { finding: 'expired', decision: 'accept' };
    const decided = await service.call('POST', `/v1/imports/${done.id}/decisions`, { token, body: decisions });
    expect(decided.body).toEqual({ decided: 1, openConflicts: 1 });
    const [company] = (await get(`/v1/companies?creditCode=${late[1]}`)).body.items;
    expect(company).toMatchObject({ name: late[0] });
    expect((await get(`/v1/certificates?companyId=${company.id}`)).body.items).toHaveLength(1);
  });

  it('answers an announcement that is sent twice with the same import, and refuses what is too large', async () => {
    const request = {
      token,
      body: { name: 'x', size: 10, sha256: 'a'.repeat(64) },
      headers: { 'idempotency-key': 'import-0001' },
    };
    const [first, second] = [
      await service.call('POST', '/v1/imports', request),
      await service.call('POST', '/v1/imports', request),
    ];
    expect(second.body).toEqual(first.body);
    expect(
      (await service.call('POST', '/v1/imports', { token, body: { ...request.body, size: 4_000_001 } })).body.error
        .code,
    ).toBe('ERR_REQUEST_TOO_LARGE');
    const wrong = await part(service, token, first.body.id, 0, Buffer.alloc(10));
    expect(wrong.body.state).toBe('checking');
    await work(service);
    expect(await importOf(service, token, first.body.id)).toMatchObject({
      state: 'failed',
      failure: { code: 'ERR_IMPORT_DIGEST' },
    });
  });

  it('asks for the columns when it does not know them, and goes on when somebody says', async () => {
    const [row] = stock(1) as [string[]];
    const id = await upload(service, token, Buffer.from(makeCsv([['甲', '乙', '丙'], row])));
    await work(service);
    const failed = await importOf(service, token, id);
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'ERR_IMPORT_MAPPING' } });
    expect(failed.preview.tables[0].headers).toEqual(['甲', '乙', '丙']);
    const columns = [
      { field: 'companyName', column: '甲' },
      { field: 'creditCode', column: 1 },
      { field: 'certificate', column: 2 },
    ];
    await service.call('PATCH', `/v1/imports/${id}/settings`, { token, body: { columns } });
    await work(service);
    expect(await importOf(service, token, id)).toMatchObject({
      state: 'checked',
      preview: { counts: { imported: 1 } },
    });
  });

  it('stops at a private key and keeps nothing of what was uploaded', async () => {
    const key = ops.generateKeyPair({ kind: 'sm2' }).privateKey.pkcs8;
    for (const bytes of [
      Buffer.from(encodePem('PRIVATE KEY', key)),
      makeZip([{ name: 'k.der', bytes: Buffer.from(key) }]),
    ]) {
      const id = await upload(service, token, bytes);
      await work(service);
      expect(await importOf(service, token, id)).toMatchObject({
        state: 'failed',
        failure: { code: 'ERR_IMPORT_PRIVATE_KEY' },
      });
      expect(await service.ports.store.imports.part(id, 0)).toBeNull();
    }
  });

  it('pauses after a batch, goes on where it stopped, and can be cancelled', async () => {
    const rows = stock(300);
    const id = await upload(service, token, csvOf(rows));
    await work(service);
    const act = (word: string) => service.call('POST', `/v1/imports/${id}/${word}`, { token, body: {} });
    await act('start');
    const stopping = new AbortController();
    stopping.abort();
    await work(service, 'node_a', stopping);
    expect((await act('pause')).body).toMatchObject({ state: 'paused', position: 256, counts: { imported: 256 } });
    expect(await work(service)).toBe(0);
    expect((await act('pause')).body.error.code).toBe('ERR_IMPORT_STATE');
    await act('start');
    await work(service);
    expect(await importOf(service, token, id)).toMatchObject({
      state: 'done',
      position: 300,
      counts: { imported: 300 },
    });
    expect((await act('cancel')).body.error.code).toBe('ERR_IMPORT_STATE');

    const other = await upload(service, token, csvOf(stock(1)));
    const cancelled = await service.call('POST', `/v1/imports/${other}/cancel`, { token });
    expect(cancelled.body.state).toBe('cancelled');
    expect(await service.ports.store.imports.part(other, 0)).toBeNull();
  });

  it('that never arrives whole is given up after a day', async () => {
    const { body } = await service.call('POST', '/v1/imports', {
      token,
      body: { name: '没传完.csv', size: 10, sha256: 'b'.repeat(64) },
    });
    await part(service, token, body.id, 0, Buffer.alloc(4));
    const before = service.ports.clock().getTime();
    service.setClock(new Date(before + 25 * 3_600_000));
    expect((await cleanUp(service.ports)).abandonedUploads).toBe(1);
    service.setClock(new Date(before));
    expect(await importOf(service, token, body.id)).toMatchObject({ state: 'cancelled' });
    expect(await service.ports.store.imports.part(body.id, 0)).toBeNull();
  });

  it('tells whoever watches how far it is', async () => {
    const id = await upload(service, token, csvOf(stock(2)));
    const address = service.app.server.listening ? '' : await service.app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${address}/v1/imports/${id}/events`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    const states: string[] = [];
    let text = '';
    const readUntil = async (state: string): Promise<void> => {
      while (states.at(-1) !== state) {
        text += decoder.decode((await reader.read()).value, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) states.push(/"state":"(\w+)"/.exec(block)?.[1] ?? '');
      }
    };
    await readUntil('checking');
    await work(service);
    await readUntil('checked');
    await service.call('POST', `/v1/imports/${id}/start`, { token, body: {} });
    await work(service);
    await readUntil('done');
    expect((await reader.read()).done).toBe(true);
  });

  it('is one node’s at a time, and another’s when that one is heard of no more', async () => {
    const id = await upload(service, token, csvOf(stock(300)));
    await work(service);
    await service.call('POST', `/v1/imports/${id}/start`, { token, body: {} });
    const stopping = new AbortController();
    stopping.abort();
    // Writes one batch and is heard of no more: its lease is still there.
    await work(service, 'node_a', stopping);
    expect(await work(service, 'node_b')).toBe(0);
    service.advance(61_000);
    const both = await Promise.all([work(service, 'node_b'), work(service, 'node_c')]);
    expect(both.sort()).toEqual([0, 1]);
    expect(await importOf(service, token, id)).toMatchObject({
      state: 'done',
      position: 300,
      counts: { imported: 300 },
    });
  });
});

requireReal('OpenSSL', opensslCommand())('certificates that OpenSSL put into PKCS#7', (openssl) => {
  it.each(['DER', 'PEM'])('come in from %s', async (form) => {
    const rows = stock(3);
    const blocks = rows.map(([, , text = '']) => encodePem('CERTIFICATE', Buffer.from(text, 'base64')));
    const file = path.join(service.folder, 'chain.pem');
    writeFileSync(file, [...blocks, encodePem('CERTIFICATE', ca.root)].join(''));
    const list = execFileSync(openssl, ['crl2pkcs7', '-nocrl', '-certfile', file, '-outform', form]);
    const done = await importAll(service, token, list);
    expect(done).toMatchObject({ state: 'done', counts: { imported: 3, ignored: 1 }, newCompanies: 3 });
  });
});

describe('what a person has to look at', () => {
  async function conflicts(id: string) {
    return (await get(`/v1/imports/${id}/conflicts?limit=200`)).body.items;
  }
  const decide = (id: string, body: object) => service.call('POST', `/v1/imports/${id}/decisions`, { token, body });

  it('waits, each with what may be decided; decisions are audited and have a history', async () => {
    const stranger = makeStockCa(ops, now, '没有登记的 CA');
    const rsa1024 = { organization: '弱', commonName: '弱' };
    const [known] = stock(1) as [string[]];
    await importAll(service, token, csvOf([known]));
    const serial = 900_001;
    const make = (name: string, more: object = {}): string[] => {
      number += 1;
      const code = stockCreditCode(number);
      return [name, code, toBase64(ca.issue({ organization: name, commonName: name, creditCode: code, ...more }))];
    };
    const first = make('序列号公司', { serial });
    const second = [...first];
    second[2] = toBase64(ca.issue({ organization: '序列号公司', commonName: 'x', creditCode: first[1] ?? '', serial }));
    const wrongCode = `${first[1]?.slice(0, 17)}${first[1]?.endsWith('A') ? 'B' : 'A'}`;
    const bare = (name: string): string => toBase64(ca.issue({ commonName: name }));
    const rows = [
      first, // 1
      second, // 2 other-bytes
      ['换了名字的公司', known[1] ?? '', toBase64(ca.issue({ commonName: '换了名字的公司' }))], // 3 company-name
      ['代码错误公司', wrongCode, bare('代码错误公司')], // 4 code-invalid
      ['', '', bare('无代码者')], // 5 no-code
      ['陌生', stockCreditCode(800_001), toBase64(stranger.issue(rsa1024))], // 6 unknown-ca
      make('过期公司', { notAfter: new Date(now.getTime() - day) }), // 7 expired
      make('未生效公司', { notBefore: new Date(now.getTime() + day) }), // 8 not-yet-valid
      make('伪造公司', { forged: true }), // 9 signature-invalid
      ['不一致', stockCreditCode(800_002), make('不一致')[2] ?? ''], // 10 code-differs
    ];
    const done = await importAll(service, token, csvOf(rows));
    expect(done).toMatchObject({ state: 'done', counts: { imported: 1, conflict: 9 }, openConflicts: 9 });
    expect(done.preview.counts).toEqual(done.counts);
    const { id } = done;
    const open = await conflicts(id);
    expect(open.map((row: { findings: string[]; permitted: string[] }) => [row.findings[0], row.permitted])).toEqual([
      ['other-bytes', ['keep', 'replace', 'skip']],
      ['company-name', ['keep', 'replace', 'skip']],
      ['code-invalid', ['assign', 'accept', 'skip']],
      ['no-code', ['assign', 'accept', 'skip']],
      ['unknown-ca', ['accept', 'skip']],
      ['expired', ['accept', 'skip']],
      ['not-yet-valid', ['accept', 'skip']],
      ['signature-invalid', ['skip']],
      ['code-differs', ['keep', 'skip']],
    ]);
    expect((await decide(id, { decision: 'accept', rows: [9] })).body.error.code).toBe('ERR_IMPORT_DECISION');
    expect((await decide(id, { decision: 'assign', rows: [5] })).body.error.code).toBe('ERR_REQUEST_INVALID');
    expect((await decide(id, { decision: 'skip', rows: [1] })).body.error.code).toBe('ERR_REQUEST_NOT_FOUND');

    const certificate = (await get(`/v1/imports/${id}/rows?limit=1`)).body.items[0].certificateId;
    expect((await decide(id, { decision: 'replace', rows: [2], reason: '换发' })).status).toBe(200);
    const replaced = (await get(`/v1/certificates/${certificate}/history`)).body.items;
    expect(replaced.map(({ action }: { action: string }) => action)).toEqual([
      'certificate.replace',
      'certificate.register',
    ]);
    service.advance(1_000);
    await decide(id, { decision: 'replace', rows: [3] });
    const [company] = (await get(`/v1/companies?creditCode=${known[1]}`)).body.items;
    expect(company).toMatchObject({ name: '换了名字的公司', version: 2 });
    expect(company.names.map(({ name }: { name: string }) => name)).toEqual([known[0], '换了名字的公司']);
    await decide(id, { decision: 'assign', rows: [4], companyId: company.id });
    const given = { creditCode: stockCreditCode(800_003), name: '指定的公司' };
    await decide(id, { decision: 'assign', rows: [5], company: given });
    expect((await get(`/v1/companies?creditCode=${given.creditCode}`)).body.items).toHaveLength(1);
    expect((await decide(id, { decision: 'accept', finding: 'expired' })).body).toEqual({
      decided: 1,
      openConflicts: 4,
    });
    await decide(id, { decision: 'accept', rows: [6, 8] });
    await decide(id, { decision: 'keep', rows: [10] });
    expect((await decide(id, { decision: 'skip', rows: [9] })).body.openConflicts).toBe(0);
    const rowsNow = (await get(`/v1/imports/${id}/rows`)).body.items;
    expect(rowsNow.map(({ outcome }: { outcome: string | null }) => outcome)).toEqual([
      ...[null, 'replaced', 'imported', 'imported', 'imported', 'imported', 'imported', 'imported', 'skipped'],
      'imported',
    ]);
    expect((await auditOf(id)).filter(({ action }) => action === 'import.decide')).toHaveLength(8);

    const csv = await get(`/v1/imports/${id}/report`);
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.body.startsWith('\ufeff序号,位置,结果')).toBe(true);
    expect(csv.body).toContain('已替换原登记');
    const english = await get(`/v1/imports/${id}/report`, { 'accept-language': 'en' });
    expect(english.body).toContain('Its CA did not sign it');
    const json = await get(`/v1/imports/${id}/report?format=json`);
    expect(json.body.rows).toHaveLength(10);
    expect(json.body.batches[0].rows).toBe(rowsDigest(json.body.rows, ops));
  });

  it('is whose a registered certificate is, where a row knows what the registry does not', async () => {
    const bare = (name: string): string => toBase64(ca.issue({ commonName: name }));
    const [one, two, three] = [810_001, 810_002, 810_003].map(stockCreditCode) as [string, string, string];
    const [unbound, bound] = [bare('无主'), bare('有主')];
    await importAll(service, token, csvOf([['', '', unbound]]), { policy: { 'no-code': 'accept' } });
    await importAll(service, token, csvOf([['甲公司', one, bound]]));
    const rows = [
      ['乙公司', two, unbound],
      ['丙公司', three, bound],
      ['甲公司', one, bound],
      ['', '', bound],
    ];
    const done = await importAll(service, token, csvOf(rows));
    expect(done).toMatchObject({ counts: { conflict: 2, known: 2 }, openConflicts: 2 });
    expect(done.preview.counts).toEqual(done.counts);
    const open = await conflicts(done.id);
    expect(open.map((row: { findings: string[]; permitted: string[] }) => [row.findings, row.permitted])).toEqual([
      [['other-company'], ['keep', 'replace', 'skip']],
      [['other-company'], ['keep', 'replace', 'skip']],
    ]);
    expect((await decide(done.id, { decision: 'replace', rows: [1] })).status).toBe(200);
    expect((await decide(done.id, { decision: 'keep', rows: [2] })).body.openConflicts).toBe(0);
    const holder = async (code: string) => {
      const [company] = (await get(`/v1/companies?creditCode=${code}`)).body.items;
      return company === undefined ? [] : (await get(`/v1/certificates?companyId=${company.id}`)).body.items;
    };
    expect([await holder(one), await holder(two), await holder(three)].map((held) => held.length)).toEqual([1, 1, 0]);
  });

  it('of a key that is too weak can be accepted or skipped, by a person or beforehand', async () => {
    await service.call('POST', '/v1/cas', {
      token: service.administrator,
      body: { name: 'RSA', anchors: [pem('rsa/root')], intermediates: [pem('rsa/intermediate')] },
    });
    const weak = Buffer.from(pem('rsa/weak-1024'));
    const skipped = await importAll(service, token, weak, { policy: { 'weak-key': 'skip' } });
    expect(skipped).toMatchObject({ counts: { skipped: 1 }, openConflicts: 0 });
    // The same bytes once more: a new import is asked for by another name of settings.
    const done = await importAll(service, token, Buffer.from(`${weak}\n`));
    expect(done).toMatchObject({ counts: { conflict: 1 }, openConflicts: 1 });
    const [row] = await conflicts(done.id);
    expect(row).toMatchObject({ findings: ['weak-key'], permitted: ['accept', 'skip'] });
    for (const refused of ['assign', 'keep', 'replace'])
      expect((await decide(done.id, { decision: refused, rows: [1] })).status).toBeGreaterThanOrEqual(400);
    const accepted = await decide(done.id, { decision: 'accept', finding: 'weak-key', reason: '年内换发' });
    expect(accepted.body).toEqual({ decided: 1, openConflicts: 0 });
    const [after] = (await get(`/v1/imports/${done.id}/rows`)).body.items;
    expect(after).toMatchObject({ fate: 'conflict', outcome: 'imported' });
    expect((await get(`/v1/certificates/${after.certificateId}`)).body).toMatchObject({
      state: 'active',
      source: done.id,
    });
    expect((await auditOf(done.id)).filter(({ action }) => action === 'import.decide')).toHaveLength(1);
  });

  it('can be decided beforehand for all rows, and a former or differently typed name is no conflict', async () => {
    const old = stock(1)[0] as string[];
    await importAll(service, token, csvOf([old]));
    const [company] = (await get(`/v1/companies?creditCode=${old[1]}`)).body.items;
    service.advance(1_000);
    await service.call('PATCH', `/v1/companies/${company.id}`, { token, body: { name: '新名（贵州）有限公司' } });
    const certificate = (): string => toBase64(ca.issue({ commonName: 'x' }));
    const rows = [
      [old[0] ?? '', old[1] ?? '', certificate()],
      [' 新名(贵州)有限公司', old[1] ?? '', certificate()],
      ['', '', certificate()],
      ['', '', toBase64(ca.issue({ commonName: 'y', notAfter: new Date(now.getTime() - day) }))],
    ];
    const done = await importAll(service, token, csvOf(rows), { policy: { 'no-code': 'accept', expired: 'skip' } });
    expect(done).toMatchObject({ counts: { imported: 3, skipped: 1 }, openConflicts: 0, newCompanies: 0 });
  });

  it('is written into the report so that no program takes it for a formula', async () => {
    const evil = ['=HYPERLINK("http://x")', stockCreditCode(700_001), toBase64(ca.issue({ commonName: 'x' }))];
    const done = await importAll(service, token, csvOf([evil]));
    const { body } = await get(`/v1/imports/${done.id}/report`);
    expect(body).toContain('"\'=HYPERLINK(""http://x"")"');
    expect(body).not.toMatch(/(^|,)"?[=+@-]/m);
  });
});
