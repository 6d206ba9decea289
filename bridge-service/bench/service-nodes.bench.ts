// npm run bench -- service-nodes: one node and two on one PostgreSQL 15 that waits for the disk (fsync and synchronous_commit as they come;
// shared_buffers 256 MB), under the load of the set service. Nodes,
// database and load share one machine, so what each takes of it is stated: two nodes cannot be faster here than the cores allow.
// ONELOCK_BENCH_SERVICE=certificates,entries,seconds makes it smaller.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import pg from 'pg';
import { publishFindings, ratio, within } from '../../tools/src/bench/findings.ts';
import { startPostgres } from '../../tools/src/test-setup/postgres.ts';
import { postgresPrograms } from '../../tools/src/test-setup/real-parts.ts';
import { makeCorpus } from './service/corpus.ts';
import { load, measured, post, writeLines } from './service/drive.ts';
import { atLeast, Findings } from './service/findings.ts';
import { loginBodies } from './service/logins.ts';
import { clusterCpuSeconds } from './service/postgres-cpu.ts';
import { registerCas, registerCertificates, serveLists } from './service/registry.ts';
import { type RunningBenchService, runService } from './service/run-service.ts';

const [certificates = 130_000, entries = 1_000_000, seconds = 30] = (process.env.ONELOCK_BENCH_SERVICE ?? '')
  .split(',')
  .filter((text) => text !== '')
  .map(Number);
const programs = postgresPrograms();
if (programs === undefined) {
  publishFindings({ rows: [], ratios: [], absent: ['nodes on PostgreSQL: PostgreSQL was not found'] });
  process.exit(0);
}
const ops = createNodeCrypto();
const now = new Date();
const folder = mkdtempSync(path.join(tmpdir(), 'onelock-bench-nodes-'));
const findings = new Findings();
const corpus = findings.timed(`${certificates} certificates, 4 lists of ${entries} entries`, () =>
  makeCorpus({ certificatesPerCa: Math.ceil(certificates / 4), entries, rsaKeys: 40 }, ops, now),
);
const lists = await serveLists(corpus);
const cluster = await startPostgres(programs, { disk: 'durable', settings: ['shared_buffers = 256MB'] });
const url = cluster.url('postgres');
const nodes: RunningBenchService[] = [];
const startNode = async (): Promise<RunningBenchService> => {
  const node = await runService({
    ONELOCK_SERVICE_DATA_DIR: path.join(folder, `node-${nodes.length}`),
    // Nodes on one database share their secrets.
    ONELOCK_SERVICE_SECRETS_DIR: path.join(folder, 'secrets'),
    ONELOCK_SERVICE_DATABASE_URL: url,
    ONELOCK_SERVICE_LOG_LEVEL: 'warn',
    ONELOCK_SERVICE_OUTBOUND_NETWORKS: '127.0.0.1/32',
    ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
    ONELOCK_SERVICE_VERIFICATION_THREADS:
      process.env.ONELOCK_BENCH_THREADS ?? String(Math.max(0, availableParallelism() - 1)),
  });
  nodes.push(node);
  return node;
};
try {
  await registerCertificates(corpus, { engine: 'postgres', url, password: undefined }, ops, now);
  findings.say('registered');
  const first = await startNode();
  const { token: administrator } = await post(first, '/v1/administrators', '', { code: first.code, name: 'bench' });
  const admin = String(administrator);
  const listSeconds = await registerCas(first, admin, corpus, lists, { entries, ops });
  findings.row('list.download-read-verify-store', 's', listSeconds);
  const origin = 'https://bid.example.cn';
  const platform = await post(first, '/v1/callers', admin, { name: 'platform', role: 'platform', origins: [origin] });
  const token = String(platform.token);
  const bodies = await writeLines(
    path.join(folder, 'certificates.ndjson'),
    corpus.flatMap(({ leaves }) => leaves).map((der) => JSON.stringify({ certificate: toBase64(der) })),
  );
  // The same load for one node and for two: as many requests are under way at any time.
  const connections = 48;
  findings.row('load.connections', 'connections', connections);
  const validate = { path: '/v1/certificates/validate', token, random: true, bodies };
  const database = { name: 'database', cpuSeconds: () => clusterCpuSeconds(url) };

  for (const count of [1, 2]) {
    const node = count === 1 ? first : await startNode();
    if (count === 2) findings.row('start-up.second-node', 's', node.startedSeconds);
    // A node that has just started reads the lists from the database.
    for (const { leaves } of corpus) await untilChecked(node, token, toBase64(leaves[0] as Uint8Array));
    await load(folder, { ...validate, connections, url: node.url, duration: Math.ceil(seconds / 3) });
    // As the server does by itself some minutes after such a load: what is planned for empty tables reads full ones from end to end.
    await analyze();
    const name = count === 1 ? 'one-node' : 'two-nodes';
    await measured(
      findings,
      folder,
      `${name}.validate-certificate`,
      nodes,
      { ...validate, connections, duration: seconds },
      [database],
    );
    const made = await loginBodies(node, token, origin, corpus, Math.min(6_000, certificates), ops);
    // Each challenge is answered on either node, whichever gave it.
    const halves = nodes.map((_, index) => made.filter((_body, at) => at % nodes.length === index));
    const files = await Promise.all(
      halves.map((half, index) => writeLines(path.join(folder, `logins-${count}-${index}.ndjson`), half)),
    );
    const login = { path: '/v1/logins', token, connections, random: false };
    await measured(findings, folder, `${name}.login.verify`, nodes, { ...login, bodies: files }, [database]);
    for (const [index, each] of nodes.entries())
      findings.row(`${name}.memory.node-${index + 1}`, 'MB', each.residentMegabytes());
  }
} finally {
  await Promise.all(nodes.map((node) => node.stop()));
  cluster.stop();
  lists.close();
  rmSync(folder, { recursive: true, force: true });
}

async function analyze(): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('analyze');
  await client.end();
}

/** Until a node has the lists by which it judges. */
async function untilChecked(node: RunningBenchService, token: string, certificate: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const report = await post(node, '/v1/certificates/validate', token, { certificate });
    const { checked } = report.revocation as { readonly checked: boolean };
    if (checked) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('a node has no lists');
}

publishFindings({
  rows: findings.rows,
  ratios: [
    ...ratio(findings.rows, 'two-nodes.validate-certificate.rate', 'one-node.validate-certificate.rate'),
    ...within(findings.rows, 'one-node.validate-certificate.p99', 50),
    ...within(findings.rows, 'two-nodes.validate-certificate.p99', 50),
    atLeast(findings, 'one-node.validate-certificate.rate', 2_000),
    atLeast(findings, 'two-nodes.validate-certificate.rate', 2_000),
    atLeast(findings, 'one-node.login.verify.rate', 800),
    atLeast(findings, 'two-nodes.login.verify.rate', 800),
  ],
  absent: [],
});
