import { toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine } from './support/database.ts';
import { importOf, registerStockCa, upload, work } from './support/imports.ts';
import { createTestService, type TestService } from './support/service.ts';
import { makeStockCa, type StockCa, stockCreditCode } from './support/stock.ts';
import { makeCsv } from './support/uploads.ts';

const ops = createNodeCrypto();
const now = new Date('2026-06-01T00:00:00Z');
// On PostgreSQL two nodes work, and requests come in over both.
let nodes: readonly [TestService, TestService];
let token: string;
let ca: StockCa;
beforeAll(async () => {
  const one = await createTestService({}, now);
  nodes = [one, engine === 'postgres' ? await createTestService({}, now, one) : one];
  token = await one.caller('operator');
  ca = makeStockCa(ops, now);
  await registerStockCa(one, ca);
});
afterAll(async () => {
  const [one, two] = nodes;
  if (two !== one) await two.close();
  await one.close();
});

let last = 0;
/** Name, code and certificate of so many companies that nobody has seen. */
function stock(count: number): readonly (readonly [string, string, string])[] {
  return Array.from({ length: count }, () => {
    last += 1;
    const [name, code] = [`同时导入${last}有限公司`, stockCreditCode(50_000 + last)];
    return [name, code, toBase64(ca.issue({ organization: name, commonName: name, creditCode: code }))];
  });
}
const csvOf = (rows: readonly (readonly string[])[]): Buffer =>
  Buffer.from(makeCsv([['企业名称', '统一社会信用代码', '证书'], ...rows]));
const start = async (id: string): Promise<void> => {
  const { status, body } = await nodes[0].call('POST', `/v1/imports/${id}/start`, { token, body: {} });
  expect(status, JSON.stringify(body)).toBe(200);
};
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
const count = async (table: string): Promise<number> =>
  Number((await nodes[0].database.sql(`select count(*) as n from ${table}`))[0]?.n);
/** Every row of an import and what became of it. */
const outcomes = async (id: string): Promise<readonly string[]> => {
  const rows = await nodes[0].ports.store.imports.rows(id, { after: null, limit: 10_000 }, undefined);
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
  return rows.map(({ fate }) => fate);
};

describe('at the same moment', () => {
  it('two imports of one file and registrations of its rows: each row has one fate, and nothing is there twice', async () => {
    const rows = stock(300);
    const bytes = csvOf(rows);
    const [before, companies] = [await count('certificates'), await count('companies')];
    const ids = [await upload(nodes[0], token, bytes), await upload(nodes[1], token, bytes)];
    await work(nodes[0]);
    for (const id of ids) await start(id);
    const registering = Promise.all(
      rows
        .filter((_, index) => index % 9 === 0)
        .map(([, , certificate], index) =>
          (nodes[index % 2] ?? nodes[0]).call('POST', '/v1/certificates', { token, body: { certificate } }),
        ),
    );
    const [, , registered] = await Promise.all([work(nodes[0], 'node_a'), work(nodes[1], 'node_b'), registering]);
    // A node may have found both taken.
    await work(nodes[0], 'node_a');
    const jobs = [await importOf(nodes[0], token, ids[0] ?? ''), await importOf(nodes[0], token, ids[1] ?? '')];
    const byApi = registered.filter(({ status }) => status === 201).length;
    const refused = registered.filter(({ status }) => status === 409).length;
    expect(byApi + refused).toBe(registered.length);
    for (const job of jobs) {
      expect(job).toMatchObject({ state: 'done', position: 300, total: 300, openConflicts: 0 });
      expect(sum(job.counts)).toBe(300);
      expect(await outcomes(job.id)).toHaveLength(300);
    }
    const imported = jobs.reduce((all, { counts }) => all + (counts.imported ?? 0), 0);
    expect(imported + byApi).toBe(300);
    expect([(await count('certificates')) - before, (await count('companies')) - companies]).toEqual([300, 300]);
    expect(Number((await nodes[0].database.sql('select count(distinct digest) as n from certificates'))[0]?.n)).toBe(
      await count('certificates'),
    );
  });

  it('a cancel while rows are written: what is reported is what is there', async () => {
    const before = await count('certificates');
    const id = await upload(nodes[0], token, csvOf(stock(600)));
    await work(nodes[0]);
    await start(id);
    const working = work(nodes[0], 'node_a');
    // As soon as something of it is there.
    while ((await count('certificates')) === before) await new Promise((resolve) => setTimeout(resolve, 1));
    const cancelled = await nodes[1].call('POST', `/v1/imports/${id}/cancel`, { token });
    await working;
    const job = await importOf(nodes[0], token, id);
    expect(['cancelled', 'done']).toContain(job.state);
    expect(cancelled.status).toBe(job.state === 'done' ? 409 : 200);
    expect(sum(job.counts)).toBe(job.position);
    expect(await outcomes(id)).toHaveLength(job.position);
    expect((await count('certificates')) - before).toBe(job.counts.imported);
    expect((await nodes[0].call('POST', `/v1/imports/${id}/start`, { token, body: {} })).status).toBe(409);
  });

  it('two people deciding about one row: one of them decides', async () => {
    const code = stockCreditCode(90_001);
    const bytes = csvOf([['无码企业', '', toBase64(ca.issue({ commonName: '无码企业' }))]]);
    const id = await upload(nodes[0], token, bytes);
    await work(nodes[0]);
    await start(id);
    await work(nodes[0]);
    const answers = await Promise.all(
      [0, 1, 2, 3].map((index) =>
        (nodes[index % 2] ?? nodes[0]).call('POST', `/v1/imports/${id}/decisions`, {
          token,
          body:
            index < 2
              ? { decision: 'assign', rows: [1], company: { creditCode: code, name: '无码企业' } }
              : { decision: 'skip', rows: [1] },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
    expect((await importOf(nodes[0], token, id)).openConflicts).toBe(0);
  });
});

describe('a list as clerks have it', () => {
  it('is read though cells carry what programs and people put around a text', async () => {
    const texts = [
      ['贵州\n某某一有限公司', '９１５２', ''],
      ['\u200b贵州某某二有限公司\ufeff', `="`, `"`],
      ['贵州某某三有限公司', "'", ''],
      ['贵州\u00a0某某四有限公司', '\u200e', '\u200e'],
    ] as const;
    const rows = texts.map(([name, before, after], index) => {
      const code = stockCreditCode(91_000 + index);
      const wide = [...code].map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).join('');
      return [name, index === 0 ? wide : `${before}${code}${after}`, toBase64(ca.issue({ commonName: '某某' }))];
    });
    const id = await upload(nodes[0], token, csvOf(rows));
    await work(nodes[0]);
    await start(id);
    await work(nodes[0]);
    const job = await importOf(nodes[0], token, id);
    const fates = await nodes[0].ports.store.imports.rows(id, { after: null, limit: 10 }, undefined);
    expect(job.counts, JSON.stringify(fates)).toEqual({ imported: 4 });
    expect(fates.map(({ creditCode }) => creditCode)).toEqual(
      [0, 1, 2, 3].map((index) => stockCreditCode(91_000 + index)),
    );
    expect(fates.map(({ companyName }) => companyName)).toEqual([
      '贵州 某某一有限公司',
      '贵州某某二有限公司',
      '贵州某某三有限公司',
      '贵州 某某四有限公司',
    ]);
  });
});

describe('a registered certificate that is replaced by another of its number', () => {
  it('belongs to the company whose code the new one carries', async () => {
    const [mine, theirs] = [stockCreditCode(92_001), stockCreditCode(92_002)];
    const one = ca.issue({ commonName: '甲公司', organization: '甲公司', creditCode: mine, serial: 92_001 });
    const other = ca.issue({ commonName: '乙公司', organization: '乙公司', creditCode: theirs, serial: 92_001 });
    const registered = await nodes[0].call('POST', '/v1/certificates', { token, body: { certificate: toBase64(one) } });
    expect(registered.status).toBe(201);
    const id = await upload(nodes[0], token, csvOf([['乙公司', theirs, toBase64(other)]]));
    await work(nodes[0]);
    await start(id);
    await work(nodes[0]);
    const decided = await nodes[0].call('POST', `/v1/imports/${id}/decisions`, {
      token,
      body: { decision: 'replace', rows: [1] },
    });
    expect(decided.status, JSON.stringify(decided.body)).toBe(200);
    const { body } = await nodes[0].call('GET', `/v1/certificates/${registered.body.id}`, { token });
    const company = await nodes[0].call('GET', `/v1/companies/${body.companyId}`, { token });
    expect(company.body.creditCode).toBe(theirs);
  });
});
