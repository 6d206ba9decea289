import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodePem, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { newFolder, runCli, type ServiceProcess, spawnService } from './support/process.ts';
import { makeStockCa, stockCreditCode } from './support/stock.ts';
import { makeCsv } from './support/uploads.ts';

const ca = makeStockCa(createNodeCrypto(), new Date());
let folder: string;
let database: TestDatabase;
let service: ServiceProcess;
let token: string | undefined;

async function post(where: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(service.url + where, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Record<string, unknown>;
}

beforeAll(async () => {
  folder = newFolder();
  database = await newTestDatabase(folder);
  service = await spawnService(folder, database.environment);
  token = String((await post('/v1/administrators', { code: service.code, name: 'x' })).token);
  await post('/v1/cas', { name: 'x', anchors: [encodePem('CERTIFICATE', ca.root)] });
  writeFileSync(path.join(folder, 'token'), `${token}\n`);
});
afterAll(async () => {
  await service?.end('SIGTERM');
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]) =>
  runCli(['import', ...args, '--service', service.url, '--token-file', path.join(folder, 'token')], folder);

describe('onelock service import', () => {
  it('checks, imports, reports, and sent again finds that it is done', () => {
    const file = path.join(folder, '清单.csv');
    const rows = Array.from({ length: 5 }, (_, index) => {
      const name = `命令行企业${index}`;
      return [name, stockCreditCode(index), toBase64(ca.issue({ commonName: name }))];
    });
    const expired = toBase64(ca.issue({ commonName: '过期', notAfter: new Date(Date.now() - 86_400_000) }));
    writeFileSync(file, makeCsv([['甲', '乙', '丙'], ...rows, ['过期', stockCreditCode(9), expired]]));
    const columns = ['companyName=甲', 'creditCode=2', 'certificate=丙'].flatMap((text) => ['--map', text]);
    const dry = run(file, ...columns, '--dry-run', '--json');
    expect(dry.status, dry.stderr).toBe(0);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      state: 'checked',
      preview: { counts: { imported: 5, conflict: 1 } },
    });

    const report = path.join(folder, '结果.csv');
    const done = run(file, ...columns, '--report', report);
    expect(done.status, done.stderr).toBe(1);
    expect(done.stdout).toContain('imported: 5');
    expect(done.stdout).toContain('待人工处理 / waiting for a decision: 1');
    expect(readFileSync(report, 'utf8')).toContain('证书已过期');
    const again = run(file, ...columns, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ state: 'done', counts: { imported: 5, conflict: 1 } });
    const anew = run(file, ...columns, '--again', '--policy', 'expired=skip', '--json');
    expect(anew.status, anew.stderr).toBe(0);
    expect(JSON.parse(anew.stdout)).toMatchObject({ counts: { known: 5, skipped: 1 } });
  });

  it('says what is wrong with how it is called', () => {
    expect(run().status).toBe(2);
    expect(run(path.join(folder, 'nothing')).stderr).toContain('ERR_CLI_FILE_UNREADABLE');
    expect(run(path.join(folder, 'token'), '--map', 'x=1').status).toBe(2);
    expect(runCli(['import', path.join(folder, 'token')], folder).stderr).toContain('ERR_CLI_USAGE');
  });
});
