import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { encodePem, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { newFolder, type ServiceProcess, spawnService } from './support/process.ts';
import { makeStockCa, stockCreditCode } from './support/stock.ts';
import { makeCsv } from './support/uploads.ts';

const total = 3_000;
const folders = [newFolder(), newFolder()] as const;
let database: TestDatabase;
const nodes: ServiceProcess[] = [];

beforeAll(async () => {
  database = await newTestDatabase(folders[0]);
});
afterAll(async () => {
  for (const node of nodes) await node.end('SIGKILL');
  await database.drop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('an import whose node is killed', () => {
  it('is taken over by another node, and no row is there twice', async () => {
    const environment = {
      ...database.environment,
      ONELOCK_SERVICE_SECRETS_DIR: path.join(folders[0], 'secrets'),
      ONELOCK_SERVICE_IMPORT_LEASE_SECONDS: '3',
      ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
    };
    const first = await spawnService(folders[0], environment);
    nodes.push(first);
    let token = '';
    const ask = async (node: ServiceProcess, method: string, where: string, body?: object) => {
      const bytes = Buffer.isBuffer(body);
      const answer = await fetch(node.url + where, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
          ...(token !== '' && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: bytes ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    token = String((await ask(first, 'POST', '/v1/administrators', { code: first.code, name: 'x' })).token);
    const ca = makeStockCa(createNodeCrypto(), new Date());
    await ask(first, 'POST', '/v1/cas', { name: 'x', anchors: [encodePem('CERTIFICATE', ca.root)] });
    const table = Array.from({ length: total }, (_, index) => [
      ...[`企业${index}`, stockCreditCode(index)],
      toBase64(ca.issue({ commonName: `企业${index}` })),
    ]);
    const bytes = Buffer.from(makeCsv([['企业名称', '信用代码', '证书'], ...table]));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { id } = await ask(first, 'POST', '/v1/imports', { name: 'x', size: bytes.length, sha256 });
    await ask(first, 'PUT', `/v1/imports/${id}/content?offset=0`, bytes);
    const until = async (node: ServiceProcess, when: (job: Record<string, unknown>) => boolean) => {
      for (let round = 0; round < 2_000; round++) {
        const job = await ask(node, 'GET', `/v1/imports/${id}`);
        if (when(job)) return job;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      throw new Error('nothing came of it');
    };
    await until(first, ({ state }) => state === 'checked');
    await ask(first, 'POST', `/v1/imports/${id}/start`, {});
    await until(first, ({ position }) => Number(position) > 0);
    await first.end('SIGKILL');
    const [left] = await database.sql('select state, position from imports');
    const second = await spawnService(folders[1], environment);
    nodes.push(second);
    const done = await until(second, ({ state }) => state === 'done');
    expect(left?.state).toBe('running');
    expect(done).toMatchObject({ position: total, counts: { imported: total }, newCompanies: total });
    const rows = await database.sql('select count(*) as n, count(distinct number) as d from import_rows');
    expect(rows.map(({ n, d }) => [Number(n), Number(d)])).toEqual([[total, total]]);
    const owners = await database.sql('select count(*) as n from certificates');
    expect(Number(owners[0]?.n)).toBe(total);
  });
});
