import { createHash } from 'node:crypto';
import { encodePem, toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { TestDatabase } from './database.ts';
import { runCli, type ServiceProcess, spawnService } from './process.ts';
import { makeStockCa, stockCreditCode } from './stock.ts';
import { makeCsv } from './uploads.ts';

type Job = { readonly id: string; readonly state: string; readonly received: number; readonly position: number } & {
  readonly counts: Readonly<Record<string, number>>;
  readonly newCompanies: number;
};

export interface KilledImport {
  readonly job: Job;
  readonly kills: number;
  /** Numbers of the rows that have a fate, in order. */
  readonly numbers: readonly number[];
  readonly certificates: number;
  readonly companies: number;
  /** Rows that the audit log speaks of. */
  readonly audited: number;
  readonly auditStatus: number | null;
}

const pieceBytes = 64 * 1024;

/**
 * Brings a list of so many rows in while the service is killed again and again: while the file arrives, while it is checked, and while it
 * is imported; every time it is started anew and told nothing.
 *
 * @param onKill  what happens to the database meanwhile
 */
export async function importThroughKills(
  folder: string,
  database: TestDatabase,
  rows: number,
  kills: number,
  onKill: (killed: number) => Promise<void> = async () => undefined,
): Promise<KilledImport> {
  const now = new Date();
  const ca = makeStockCa(createNodeCrypto(), now);
  const table = Array.from({ length: rows }, (_, index) => {
    const name = `被杀企业${index}`;
    const code = stockCreditCode(index);
    return [name, code, toBase64(ca.issue({ organization: name, commonName: name, creditCode: code }))];
  });
  const bytes = Buffer.from(makeCsv([['企业名称', '信用代码', '证书'], ...table]));
  const environment = {
    ...database.environment,
    ONELOCK_SERVICE_IMPORT_LEASE_SECONDS: '2',
    ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
  };
  let service = await spawnService(folder, environment);
  let killed = 0;
  const again = async (): Promise<void> => {
    await service.end('SIGKILL');
    killed += 1;
    await onKill(killed);
    service = await spawnService(folder, environment);
  };
  try {
    const made = await send(service, 'POST', '/v1/administrators', '', { code: service.code, name: 'x' });
    const token = String(made?.token);
    const anchors = [encodePem('CERTIFICATE', ca.root)];
    await send(service, 'POST', '/v1/cas', token, { name: 'x', anchors });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const announced = await send<Job>(service, 'POST', '/v1/imports', token, { name: 'x', size: bytes.length, sha256 });
    const id = announced?.id ?? '';
    const look = (): Promise<Job | null> => send<Job>(service, 'GET', `/v1/imports/${id}`, token);
    for (;;) {
      const job = await look();
      if (job === null || job.state !== 'receiving') break;
      const piece = bytes.subarray(job.received, job.received + pieceBytes);
      const sending = send(service, 'PUT', `/v1/imports/${id}/content?offset=${job.received}`, token, piece);
      // Once in the middle of the file, the answer not waited for.
      if (killed === 0 && job.received > bytes.length / 2) await Promise.all([again(), sending]);
      else await sending;
    }
    if (kills > 2) await again();
    await until(look, ({ state }) => state === 'checked');
    await send(service, 'POST', `/v1/imports/${id}/start`, token, {});
    let last = 0;
    for (;;) {
      const job = await until(look, ({ state, position }) => state === 'done' || position > last || killed >= kills);
      if (job.state === 'done' || killed >= kills) break;
      last = job.position;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      await again();
    }
    const job = await until(look, ({ state }) => state === 'done');
    await service.end('SIGTERM');
    const numbers = (
      await database.sql(`select number from import_rows where import_id = '${id}' order by number`)
    ).map((row) => Number(row.number));
    const countOf = async (text: string): Promise<number> => Number((await database.sql(text))[0]?.n);
    const batches = await database.sql(
      `select d.details from audit_details d join audit_log l on l.sequence = d.sequence where l.action = 'import.batch'`,
    );
    return {
      ...{ job, kills: killed, numbers },
      certificates: await countOf('select count(*) as n from certificates'),
      companies: await countOf('select count(*) as n from companies'),
      audited: batches.reduce((sum, { details }) => {
        const { first, last: end } = JSON.parse(String(details)) as { first: number; last: number };
        return sum + end - first + 1;
      }, 0),
      auditStatus: runCli(['audit', 'verify'], folder, environment).status,
    };
  } finally {
    await service.end('SIGKILL');
  }
}

async function until(look: () => Promise<Job | null>, when: (job: Job) => boolean): Promise<Job> {
  for (let round = 0; round < 3_000; round++) {
    const job = await look();
    if (job?.state === 'failed') throw new Error(JSON.stringify(job));
    if (job !== null && when(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  throw new Error('nothing came of it');
}

/** null when the service went away instead of answering. */
async function send<T = Readonly<Record<string, unknown>>>(
  { url }: ServiceProcess,
  method: string,
  where: string,
  token: string,
  body?: object,
): Promise<T | null> {
  const bytes = Buffer.isBuffer(body);
  try {
    const answer = await fetch(url + where, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
        ...(token !== '' && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: bytes ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    return (await answer.json()) as T;
  } catch {
    // That is what this test is about.
    return null;
  }
}
