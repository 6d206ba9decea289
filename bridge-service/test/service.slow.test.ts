// npm run test:long -- service: the service killed 200 times in the middle of writing, on SQLite and on PostgreSQL (which is itself
// crashed now and then). Whatever was acknowledged is there, the audit log verifies against the witness, nothing is there twice.
// ONELOCK_LONG_KILLS makes it shorter.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresCluster, startPostgres } from '../../tools/src/test-setup/postgres.ts';
import { postgresPrograms } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { readCheckpoints, witnessFileName } from '../src/audit/witness-files.ts';
import { createAuditReadings } from '../src/repositories/audit.ts';
import type { DatabaseLocation } from '../src/repositories/engine/database-location.ts';
import { openDatabaseReadOnly } from '../src/repositories/engine/open-database.ts';
import { verifyAudit } from '../src/services/verify-audit.ts';
import { pem } from './support/pki.ts';
import { newFolder, type ServiceProcess, spawnService } from './support/process.ts';

const kills = Number(process.env.ONELOCK_LONG_KILLS ?? 200);
const writers = 8;
/** No machine is so busy that a service which lives answers later. */
const patienceMs = 120_000;

/** What the service has said it has done. */
interface Acknowledged {
  readonly requests: Set<string>;
  readonly cas: Set<string>;
  readonly companies: Set<string>;
  /** Writes with a key: sent again after the restart they must not be done twice. */
  readonly keyed: Map<string, string>;
  /** Answers that a service which lives does not give. */
  readonly surprises: string[];
}

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
/** A code with the right check character, of a number. */
function creditCode(number: number): string {
  const body = `91520100M${number.toString().padStart(8, '0')}`;
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  const sum = weights.reduce((total, weight, index) => total + weight * alphabet.indexOf(body.charAt(index)), 0);
  return body + alphabet.charAt((31 - (sum % 31)) % 31);
}

async function run(
  location: DatabaseLocation,
  folder: string,
  query: Query,
  onRound?: (round: number) => Promise<void>,
) {
  const environment: Record<string, string> = {
    ONELOCK_SERVICE_AUDIT_CHECKPOINT_SECONDS: '1',
    ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
    ...(location.engine === 'postgres' && { ONELOCK_SERVICE_DATABASE_URL: location.url }),
  };
  const known: Acknowledged = {
    requests: new Set(),
    cas: new Set(),
    companies: new Set(),
    keyed: new Map(),
    surprises: [],
  };
  let token = '';
  let number = 0;
  for (let round = 0; round < kills; round++) {
    const service = await spawnService(folder, environment);
    if (round === 0) {
      const made = await send(service, 'POST', '/v1/administrators', '', { code: service.code, name: 'x' });
      token = String(made?.body.token);
    }
    let stopped = false;
    let written = 0;
    const writer = async (which: number): Promise<void> => {
      while (!stopped) {
        number += 1;
        if (await write(service, token, which, number, known)) written += 1;
        else await pause(5);
      }
    };
    const writing = Array.from({ length: writers }, (_, which) => writer(which));
    // Somewhere in the middle of some write, another place each time.
    while (written < 4 + (round % 23) && known.surprises.length === 0) await pause(1);
    await pause(Math.random() * 20);
    await service.end('SIGKILL');
    stopped = true;
    await Promise.all(writing);
    expect(known.surprises).toEqual([]);
    await onRound?.(round);
    if (round % 10 === 9 || round === kills - 1) await examine(location, folder, query, known);
  }
  return known;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Sent {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly requestId: string;
}

/** null when the service went away instead of answering. */
async function send(
  { url }: ServiceProcess,
  method: string,
  where: string,
  token: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Sent | null> {
  try {
    const answer = await fetch(url + where, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    });
    const read = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, body: read, requestId: answer.headers.get('x-request-id') ?? '' };
  } catch (error) {
    if (!(error instanceof DOMException)) return null;
    return { status: 0, body: { error: `no answer within ${patienceMs} ms` }, requestId: '' };
  }
}

/** One write of one of three kinds; whether it was acknowledged. */
async function write(
  service: ServiceProcess,
  token: string,
  which: number,
  number: number,
  known: Acknowledged,
): Promise<boolean> {
  if (which % 3 === 0) {
    const body = {
      certificate: pem('sm2/leaf'),
      intermediates: [pem('sm2/intermediate')],
      trustAnchors: [pem('sm2/root')],
    };
    const sent = await send(service, 'POST', '/v1/certificates/validate', token, body);
    if (sent?.status !== 200) return surprised(known, sent);
    known.requests.add(sent.requestId);
    return true;
  }
  if (which % 3 === 1) {
    const sent = await send(service, 'POST', '/v1/cas', token, { name: `CA ${number}`, anchors: [pem('sm2/root')] });
    if (sent?.status !== 201) return surprised(known, sent);
    known.requests.add(sent.requestId);
    known.cas.add(String(sent.body.id));
    return true;
  }
  const [unsure] = known.keyed;
  const [key, code] = unsure ?? [`key-of-company-${number}`, creditCode(number)];
  known.keyed.set(key, code);
  const sent = await send(
    service,
    'POST',
    '/v1/companies',
    token,
    { creditCode: code, name: `公司 ${code}` },
    { 'idempotency-key': key },
  );
  if (sent === null) return false;
  known.keyed.delete(key);
  // Two writers may have sent the same key: one of them may be told that it is there.
  if (sent.status === 409) return true;
  if (sent.status !== 201) return surprised(known, sent);
  known.companies.add(String(sent.body.id));
  return true;
}

/**
 * No answer is one of a service that was killed. A caller's minute is leased to nodes in slices, which a killed one takes along: so many
 * in one minute use it up. Any other answer than the one expected is worth a look.
 */
async function surprised(known: Acknowledged, sent: Sent | null): Promise<false> {
  if (sent?.status === 429) await pause(1000);
  else if (sent !== null) known.surprises.push(`${sent.status} ${JSON.stringify(sent.body)}`.slice(0, 300));
  return false;
}

type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

async function examine(location: DatabaseLocation, folder: string, query: Query, known: Acknowledged): Promise<void> {
  const column = async (sql: string): Promise<Set<string>> =>
    new Set((await query(sql)).map((row) => String(Object.values(row)[0])));
  const lost = (acknowledged: ReadonlySet<string>, there: ReadonlySet<string>): string[] =>
    [...acknowledged].filter((id) => !there.has(id));
  expect(lost(known.requests, await column('select request_id from audit_log'))).toEqual([]);
  expect(lost(known.cas, await column('select id from cas'))).toEqual([]);
  expect(lost(known.companies, await column('select id from companies'))).toEqual([]);
  const twice = await query('select credit_code from companies group by credit_code having count(*) > 1');
  expect(twice).toEqual([]);
  // Neither an act without its entry nor an entry without its act.
  const acts = await query(
    "select (select count(*) from cas) as cas, (select count(*) from audit_log where action = 'ca.register') as entries",
  );
  expect(Number(acts[0]?.cas)).toBe(Number(acts[0]?.entries));
  const database = openDatabaseReadOnly(location);
  try {
    const report = await verifyAudit(createAuditReadings(database), createNodeCrypto(), {
      checkpoints: readCheckpoints(path.join(folder, 'checkpoints', witnessFileName)),
      noted: null,
      key: null,
    });
    expect(report.reason).toBeUndefined();
    expect(report.entries).toBeGreaterThanOrEqual(known.requests.size);
  } finally {
    await database.destroy();
  }
}

describe(`the service killed ${kills} times while it writes`, () => {
  let folder: string;
  beforeAll(() => {
    folder = newFolder();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('on SQLite has every acknowledged record, and its audit log verifies', async () => {
    const file = path.join(folder, 'service.db');
    const known = await run({ engine: 'sqlite', file }, folder, async (sql) => {
      const database = new DatabaseSync(file);
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    });
    expect(known.requests.size).toBeGreaterThan(kills);
  });
});

requireReal('PostgreSQL', postgresPrograms())(
  `the service killed ${kills} times, PostgreSQL now and then`,
  (programs) => {
    let folder: string;
    let cluster: PostgresCluster;
    beforeAll(async () => {
      folder = newFolder();
      cluster = await startPostgres(programs, { disk: 'durable' });
    });
    afterAll(() => {
      cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('has every acknowledged record, and its audit log verifies', async () => {
      const url = cluster.url('postgres');
      const query: Query = async (sql) => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        try {
          return (await client.query(sql)).rows;
        } finally {
          await client.end();
        }
      };
      const known = await run({ engine: 'postgres', url }, folder, query, async (round) => {
        if (round % 10 === 4) await cluster.crash();
      });
      expect(known.requests.size).toBeGreaterThan(kills);
    });
  },
);
