// npm run bench -- import: the stock of a province, 61,218 certificates of 30,609 companies, from CSV, XLSX and PEM through the API into an
// empty service, each with its check and its import: parsed, signatures verified, deduplicated, companies made, histories and fates of rows
// written, audited, on the disk. ONELOCK_BENCH_IMPORT=certificates[,formats] makes it smaller.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type BenchRow, publishFindings, within } from '../../tools/src/bench/findings.ts';
import { makeStockCa, stockCreditCode } from '../test/support/stock.ts';
import { makeCsv, makeWorkbook } from '../test/support/uploads.ts';
import { type RunningBenchService, runService } from './service/run-service.ts';

const [count = '61218', ...chosen] = (process.env.ONELOCK_BENCH_IMPORT ?? '').split(',').filter((text) => text !== '');
const total = Number(count);
const formats = chosen.length > 0 ? chosen : ['csv', 'xlsx', 'pem'];
const ops = createNodeCrypto();
const now = new Date();
const rows: BenchRow[] = [];
const row = (name: string, unit: string, value: number): void => {
  rows.push({ name, unit, value, spread: 0 });
  process.stderr.write(`  ${name}: ${value.toLocaleString('en-US', { maximumFractionDigits: 2 })} ${unit}\n`);
};

const ca = makeStockCa(ops, now);
const table = Array.from({ length: total }, (_, index) => {
  const company = Math.floor(index / 2);
  const name = `贵州存量测试${company}建设工程有限公司`;
  const code = stockCreditCode(company);
  const usage = index % 2 === 0 ? ('sign' as const) : ('encrypt' as const);
  return { name, code, der: ca.issue({ organization: name, commonName: name, creditCode: code, usage }) };
});

function fileOf(format: string): Buffer {
  const cells = [
    ['序号', '企业名称', '统一社会信用代码', '证书'],
    ...table.map(({ name, code, der }, index) => [String(index + 1), name, code, toBase64(der)]),
  ];
  if (format === 'csv') return Buffer.from(makeCsv(cells));
  if (format === 'xlsx') return makeWorkbook(cells);
  return Buffer.from(table.map(({ der }) => encodePem('CERTIFICATE', der)).join(''));
}

async function call(service: RunningBenchService, method: string, url: string, token: string, body?: object | Buffer) {
  const bytes = Buffer.isBuffer(body);
  const answer = await fetch(new URL(url, service.url), {
    method,
    headers: {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
    },
    ...(body !== undefined && { body: bytes ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const json = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(json)}`);
  return json;
}

async function until(service: RunningBenchService, id: string, token: string, state: string) {
  for (;;) {
    const job = await call(service, 'GET', `/v1/imports/${id}`, token);
    if (job.state === state) return job;
    if (job.state === 'failed') throw new Error(JSON.stringify(job.failure));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function measure(format: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-bench-import-'));
  const bytes = fileOf(format);
  const service = await runService({
    ONELOCK_SERVICE_DATA_DIR: folder,
    ONELOCK_SERVICE_LOG_LEVEL: 'error',
    ONELOCK_SERVICE_OUTBOUND: '0',
    ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
  });
  try {
    const made = await call(service, 'POST', '/v1/administrators', '', { code: service.code, name: '基准' });
    const token = String(made.token);
    await call(service, 'POST', '/v1/cas', token, { name: '基准', anchors: [encodePem('CERTIFICATE', ca.root)] });
    const idle = service.residentMegabytes();
    const seconds = (since: number): number => (performance.now() - since) / 1_000;
    const begun = performance.now();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { id } = await call(service, 'POST', '/v1/imports', token, { name: format, size: bytes.length, sha256 });
    for (let at = 0; at < bytes.length; at += 4 * 1024 * 1024)
      await call(
        service,
        ...(['PUT', `/v1/imports/${id}/content?offset=${at}`, token] as const),
        bytes.subarray(at, at + 4 * 1024 * 1024),
      );
    row(`import.upload.${format}`, 's', seconds(begun));
    const arrived = performance.now();
    await until(service, String(id), token, 'checked');
    row(`import.check.${format}`, 's', seconds(arrived));
    const started = performance.now();
    await call(service, 'POST', `/v1/imports/${id}/start`, token, {});
    const done = await until(service, String(id), token, 'done');
    row(`import.run.${format}`, 's', seconds(started));
    row(`import.all.${format}`, 's', seconds(begun));
    row(`import.memory-idle.${format}`, 'MB', idle);
    row(`import.memory-peak.${format}`, 'MB', service.peakMegabytes());
    row(`import.cpu.${format}`, 's', service.cpuSeconds());
    row(`import.file.${format}`, 'MB', bytes.length / 1024 / 1024);
    const { imported } = done.counts as { imported: number };
    if (imported !== total) throw new Error(JSON.stringify(done.counts));
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const format of formats) await measure(format);
publishFindings({
  rows,
  ratios: formats.flatMap((format) => within(rows, `import.all.${format}`, 60)),
  absent: ['PostgreSQL', 'RSA: its signatures verify faster than those of SM2, which all of these are'],
});
