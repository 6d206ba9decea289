// npm run bench -- service: the service under load, as a province has it. 130,000 certificates of four CAs registered (two SM2, two RSA),
// revocation lists of 1,000,000 entries, certificates drawn at random from all of them, no cache of verdicts, the audit entry on the disk
// before each answer. Load by autocannon in a process of its own; what it takes of the machine is stated.
// ONELOCK_BENCH_SERVICE=certificates,entries,seconds makes it smaller.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBase64, toBase64, toHex, utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { encodeLoginToken, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { prepareCertificateList } from '@onelock/core/revocation';
import { nameKey, parseCertificate } from '@onelock/core/x509';
import { type BenchRow, publishFindings, within } from '../../tools/src/bench/findings.ts';
import { databaseLocationOf, lifetimesOf, readConfig } from '../src/config.ts';
import { openStore } from '../src/repositories/store.ts';
import { auditDraft } from '../src/services/append-audit.ts';
import { newId } from '../src/services/identifiers.ts';
import { CertificateMemory, runTask } from '../src/workers/verification-task.ts';
import { type BenchCa, makeCorpus } from './service/corpus.ts';
import type { LoadResult, LoadTask } from './service/load.ts';
import { type RunningBenchService, runService } from './service/run-service.ts';

const [certificates = 130_000, entries = 1_000_000, seconds = 30] = (process.env.ONELOCK_BENCH_SERVICE ?? '')
  .split(',')
  .filter((text) => text !== '')
  .map(Number);
const ops = createNodeCrypto();
const now = new Date();
const folder = mkdtempSync(path.join(tmpdir(), 'onelock-bench-service-'));
const say = (text: string): void => void process.stderr.write(`  ${text}\n`);
const rows: BenchRow[] = [];
const row = (name: string, unit: string, value: number): void => {
  rows.push({ name, unit, value, spread: 0 });
  say(`${name}: ${value.toLocaleString('en-US', { maximumFractionDigits: 3 })} ${unit}`);
};

function timed<T>(what: string, work: () => T): T {
  const started = performance.now();
  const result = work();
  say(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Certificates as a registry has them after the import: rows, bytes and indexes. */
async function registerAll(corpus: readonly BenchCa[], dataDir: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const config = { ...readConfig({}), dataDir };
  const store = await openStore(databaseLocationOf(config), { ops });
  const clock = (): Date => now;
  for (const { leaves } of corpus)
    for (let at = 0; at < leaves.length; at += 2_000)
      await store.transaction(async (repositories) => {
        for (const der of leaves.slice(at, at + 2_000)) {
          const certificate = parseCertificate(der);
          const digestOf = (bytes: Uint8Array): string => toHex(ops.digest('sm3', bytes));
          await repositories.certificates.add({
            ...{ id: newId('crt', clock, ops), digest: digestOf(der), serialNumber: certificate.serialNumber, der },
            issuerKey: digestOf(utf8Encode(nameKey(certificate.issuer))),
            ...{ companyId: null, subject: '', issuer: '', keyDigest: digestOf(certificate.spki), usage: 'sign' },
            ...{ notBefore: certificate.notBefore.toISOString(), notAfter: certificate.notAfter.toISOString() },
            ...{ medium: null, state: 'active', provenAt: null, proof: null, source: 'api', version: 1 },
            ...{ createdAt: now.toISOString(), updatedAt: now.toISOString() },
          });
        }
      });
  await store.close();
}

async function post(service: RunningBenchService, url: string, token: string, body: object, method = 'POST') {
  const answer = await fetch(new URL(url, service.url), {
    ...{ method, body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
  });
  const json = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(json)}`);
  return json;
}

/** Writes lines to a file without holding them all in one string. */
async function writeLines(name: string, lines: Iterable<string>): Promise<string> {
  const file = path.join(folder, name);
  const stream = createWriteStream(file);
  for (const line of lines) if (!stream.write(`${line}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
  return file;
}

function load(task: LoadTask): LoadResult {
  const file = path.join(folder, 'task.json');
  writeFileSync(file, JSON.stringify(task));
  const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'service/load.ts');
  const { status, stdout } = spawnSync(process.execPath, [program, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(`the load ended with ${status}`);
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as LoadResult;
  if (result.non2xx + result.errors > 0) throw new Error(`not all was answered: ${JSON.stringify(result)}`);
  return result;
}

function measured(name: string, service: RunningBenchService, task: Omit<LoadTask, 'url'>): LoadResult {
  const before = service.cpuSeconds();
  const started = performance.now();
  const result = load({ ...task, url: service.url });
  const share = (service.cpuSeconds() - before) / ((performance.now() - started) / 1000);
  row(`${name}.rate`, 'requests/s', result.perSecond);
  row(`${name}.p50`, 'ms', result.p50);
  row(`${name}.p99`, 'ms', result.p99);
  row(`${name}.max`, 'ms', result.max);
  row(`${name}.cpu-of-service`, 'cores', share);
  row(`${name}.cpu-of-load`, 'cores', result.cpu);
  say(`${name}: ${JSON.stringify(result.indications)} of the answers looked at`);
  return result;
}

const corpus = timed(`${certificates} certificates, 4 lists of ${entries} entries`, () =>
  makeCorpus({ certificatesPerCa: Math.ceil(certificates / 4), entries, rsaKeys: 40 }, ops, now),
);
const lists = createServer((request, response) => {
  response.end(corpus[Number(request.url?.slice(1))]?.crl);
});
await new Promise<void>((resolve) => lists.listen(0, '127.0.0.1', resolve));
const listUrl = (index: number): string => `http://127.0.0.1:${(lists.address() as AddressInfo).port}/${index}`;

const dataDir = path.join(folder, 'data');
mkdirSync(path.join(folder, 'audit'));
await measureParts(corpus);
await registerAll(corpus, dataDir);
say('registered');
const threads = process.env.ONELOCK_BENCH_THREADS ?? String(Math.max(0, availableParallelism() - 1));
const environment = {
  ONELOCK_SERVICE_DATA_DIR: dataDir,
  ONELOCK_SERVICE_LOG_LEVEL: 'warn',
  ONELOCK_SERVICE_OUTBOUND_NETWORKS: '127.0.0.1/32',
  ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
  ONELOCK_SERVICE_VERIFICATION_THREADS: threads,
};
let service = await runService(environment);
try {
  const administrator = await post(service, '/v1/administrators', '', { code: service.code, name: 'bench' });
  const admin = String(administrator.token);
  for (const [index, ca] of corpus.entries()) {
    const { id } = await post(service, '/v1/cas', admin, {
      ...{ name: `CA ${index}`, anchors: [toBase64(ca.root)], intermediates: [toBase64(ca.issuing)] },
    });
    const issuer = toHex(ops.digest('sm3', ca.issuing));
    await post(service, `/v1/cas/${String(id)}/sources`, admin, { crl: [{ url: listUrl(index), issuer }] }, 'PUT');
    const started = performance.now();
    const { items } = await post(service, `/v1/cas/${String(id)}/sources/refresh`, admin, {});
    const [source] = items as readonly { readonly list: { readonly entries: number } | null }[];
    if (source?.list?.entries !== entries) throw new Error(`a list did not come: ${JSON.stringify(items)}`);
    if (index === 0) row('list.download-read-verify-store', 's', (performance.now() - started) / 1000);
  }
  const origin = 'https://bid.example.cn';
  const platform = await post(service, '/v1/callers', admin, { name: 'platform', role: 'platform', origins: [origin] });
  const token = String(platform.token);

  // Start-up with everything there: lists come from the database, after it listens.
  await service.stop();
  service = await runService(environment);
  row('start-up', 's', service.startedSeconds);

  const bodies = await writeLines(
    'certificates.ndjson',
    corpus.flatMap(({ leaves }) => leaves).map((der) => JSON.stringify({ certificate: toBase64(der) })),
  );
  const families = {} as Record<'sm2' | 'rsa', string>;
  for (const family of ['sm2', 'rsa'] as const)
    families[family] = await writeLines(
      `${family}.ndjson`,
      corpus
        .filter((ca) => ca.family === family)
        .flatMap(({ leaves }) => leaves)
        .map((der) => JSON.stringify({ certificate: toBase64(der) })),
    );
  const validate = { path: '/v1/certificates/validate', token, connections: 32, random: true };
  load({ ...validate, url: service.url, bodies, duration: 5 });
  measured('validate-certificate.all', service, { ...validate, bodies, duration: seconds });
  for (const family of ['sm2', 'rsa'] as const)
    measured(`validate-certificate.${family}`, service, {
      ...validate,
      bodies: families[family],
      duration: Math.ceil(seconds / 3),
    });
  row('memory.resident', 'MB', service.residentMegabytes());
  row('memory.peak', 'MB', service.peakMegabytes());

  const logins = await writeLines(
    'logins.ndjson',
    await loginBodies(service, token, origin, corpus, Math.min(10_000, certificates)),
  );
  // What of a validation is the road there and back, and not the judgement.
  measured('part.road-there-and-back', service, {
    path: '/v1/report-signer',
    token,
    connections: 32,
    random: false,
    duration: Math.ceil(seconds / 3),
  });
  measured('login.verify', service, { path: '/v1/logins', token, connections: 32, random: false, bodies: logins });
} finally {
  await service.stop();
  lists.close();
  rmSync(folder, { recursive: true, force: true });
}

/** What one validation costs in its parts, in this process: parsing and judging, and the audit entry on the disk among 32 that share a commit. */
async function measureParts(cas: readonly BenchCa[]): Promise<void> {
  const memory = new CertificateMemory(16);
  const parts = cas.map((ca) => {
    const issuing = parseCertificate(ca.issuing);
    const prepared = prepareCertificateList(ca.crl, [issuing.publicKey], ['sm3', 'sha256'], ops);
    return {
      ca,
      evidence: {
        ...{
          intermediates: [ca.issuing],
          trustAnchors: [{ kind: 'certificate', der: ca.root }] as const,
          crls: [prepared],
        },
        ...({ at: now, profile: 'rfc5280', revocation: 'if-available' } as const),
      },
    };
  });
  const count = 4_000;
  for (const family of ['sm2', 'rsa'] as const) {
    const mine = parts.filter(({ ca }) => ca.family === family);
    const judge = (index: number): void => {
      const { ca, evidence } = mine[index % mine.length] as (typeof mine)[number];
      const certificate = ca.leaves[(index * 7) % ca.leaves.length] as Uint8Array;
      runTask({ kind: 'certificate', certificate, evidence }, ops, memory);
    };
    for (let index = 0; index < 200; index++) judge(index);
    const started = performance.now();
    for (let index = 0; index < count; index++) judge(index);
    row(`part.parse-and-judge.${family}`, 'ms', (performance.now() - started) / count);
  }
  const store = await openStore(databaseLocationOf({ ...readConfig({}), dataDir: path.join(folder, 'audit') }), {
    ops,
  });
  const ports = { ops, clock: () => now, lifetimes: lifetimesOf(readConfig({})) };
  const act = {
    actor: 'bench',
    role: 'platform',
    requestId: 'req',
    action: 'certificate.validate',
    target: 'x',
    outcome: 'passed',
  } as const;
  const evidence = Array.from({ length: count }, () => ops.random(800)).map((bytes) => ({
    digest: toHex(ops.digest('sm3', bytes)),
    bytes,
  }));
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let index = next++; index < count; index = next++)
        await store.record(
          auditDraft(ports, { ...act, details: { at: now.toISOString() }, evidence: evidence.slice(index, index + 1) }),
        );
    }),
  );
  row('part.audit-entry', 'ms', (performance.now() - started) / count);
  await store.close();
}

/** Tokens as agents make them, each over a challenge of its own. */
async function loginBodies(
  running: RunningBenchService,
  token: string,
  origin: string,
  cas: readonly BenchCa[],
  count: number,
): Promise<readonly string[]> {
  const made: string[] = [];
  for (let index = 0; index < count; index += 50)
    made.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, async (_, offset) => {
          const { challenge } = await post(running, '/v1/challenges', token, { origin });
          const ca = cas[(index + offset) % cas.length] as BenchCa;
          // Not one of those that are revoked.
          const at = ((index + offset) * 100 + 1) % ca.leaves.length;
          return loginBody(ca, at, origin, fromBase64(String(challenge)));
        }),
      )),
    );
  return made;
}

function loginBody(ca: BenchCa, at: number, origin: string, challenge: Uint8Array): string {
  const certificate = parseCertificate(ca.leaves[at] as Uint8Array);
  const scheme = loginScheme(certificate.publicKey);
  const statement = {
    purpose: 'login',
    origin,
    challenge,
    certificate: certificate.der,
    digest: scheme.digest,
  } as const;
  const key = ca.leafKeys[at];
  if (key === undefined) throw new Error('a leaf without a key');
  const signature = ops.sign(key.privateKey, scheme.signature, loginToBeSigned(statement, ops));
  const algorithm = scheme.id;
  return JSON.stringify({
    token: encodeLoginToken({ version: 1, origin, challenge, certificate: certificate.der, algorithm, signature }),
  });
}

const atLeast = (name: string, goal: number) => {
  const value = rows.find((one) => one.name === name)?.value ?? 0;
  return { name: `${name} / ${goal}`, value: Number((value / goal).toPrecision(4)), goal: '>= 1', met: value >= goal };
};
publishFindings({
  rows,
  ratios: [
    atLeast('validate-certificate.all.rate', 2_000),
    ...within(rows, 'validate-certificate.all.p99', 50),
    atLeast('login.verify.rate', 800),
    ...within(rows, 'start-up', 3),
  ],
  absent: ['two nodes on one PostgreSQL'],
});
