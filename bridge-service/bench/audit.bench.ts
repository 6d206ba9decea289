// npm run bench -- audit: how many judgements a second the audit log takes, each durable before it is acknowledged, on SQLite and on
// PostgreSQL (one node, and two that take turns), and how long a proof takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type BenchRow, publishFindings } from '../../tools/src/bench/findings.ts';
import { startPostgres } from '../../tools/src/test-setup/postgres.ts';
import { postgresPrograms } from '../../tools/src/test-setup/real-parts.ts';
import type { DatabaseLocation } from '../src/repositories/engine/database-location.ts';
import { openStore } from '../src/repositories/store.ts';
import { auditDraft } from '../src/services/append-audit.ts';
import { createEvidenceSeal } from '../src/services/evidence-seal.ts';
import type { Store } from '../src/services/ports/store.ts';
import { proveInclusion } from '../src/services/prove-audit.ts';

const ops = createNodeCrypto();
const clock = () => new Date();
const lifetimes = {
  challengeSeconds: 300,
  codeMinutes: 60,
  idempotencyHours: 24,
  auditPayloadDays: 3650,
  consoleIdleMinutes: 30,
  consoleHours: 10,
};
const waiting = 64;
const judgements = 12_000;

/** A judgement as the service records it: six items of evidence, of which the certificate is new each time. */
const draft = () => {
  const certificate = ops.random(1_000);
  const digest = toHex(ops.digest('sm3', certificate));
  return auditDraft(
    { ops, clock, lifetimes },
    {
      ...{ actor: 'clr_019e807aec000627080a755199ab26ac', role: 'platform', requestId: 'req_d9476966e1c18ffd1b86f103' },
      ...{ action: 'certificate.validate', target: `sm3:${digest}`, outcome: 'passed' },
      details: {
        ...{ at: clock().toISOString(), profile: 'bidding', revocation: 'require' },
        intermediates: [`sm3:${'1'.repeat(64)}`],
        trustAnchors: [`sm3:${'2'.repeat(64)}`],
        crls: [`sm3:${'3'.repeat(64)}`],
      },
      evidence: [{ digest, bytes: certificate }],
    },
  );
};

/** So many waiting at any time, spread over the nodes. */
async function rate(nodes: readonly Store[]): Promise<{ readonly perSecond: number; readonly p99: number }> {
  const times: number[] = [];
  let left = judgements;
  const started = performance.now();
  const caller = async (index: number): Promise<void> => {
    const node = nodes[index % nodes.length];
    while (left-- > 0) {
      const begun = performance.now();
      await node?.record(draft());
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: waiting }, (_, index) => caller(index)));
  const perSecond = (judgements * 1000) / (performance.now() - started);
  times.sort((a, b) => a - b);
  return { perSecond, p99: times[Math.floor(times.length * 0.99)] ?? 0 };
}

const rows: BenchRow[] = [];
const secrets = mkdtempSync(path.join(tmpdir(), 'onelock-bench-secrets-'));
const seal = createEvidenceSeal(secrets, ops);
process.on('exit', () => rmSync(secrets, { recursive: true, force: true }));
async function measure(name: string, location: DatabaseLocation, count: number): Promise<void> {
  const nodes = await Promise.all(Array.from({ length: count }, () => openStore(location, { ops, seal: () => seal })));
  const { perSecond, p99 } = await rate(nodes);
  rows.push({ name: `audit.record.${name}`, unit: 'entries/s', value: Math.round(perSecond), spread: 0 });
  rows.push({ name: `audit.record.${name}.p99`, unit: 'ms', value: Math.round(p99 * 10) / 10, spread: 0 });
  const [node] = nodes;
  if (node !== undefined) {
    const begun = performance.now();
    for (let index = 0; index < 50; index++) await proveInclusion({ store: node, ops }, 1 + index * 200, undefined);
    const each = (performance.now() - begun) / 50;
    rows.push({ name: `audit.proof.${name}`, unit: 'ms', value: Math.round(each * 10) / 10, spread: 0 });
  }
  await Promise.all(nodes.map((one) => one.close()));
}

const folder = mkdtempSync(path.join(tmpdir(), 'onelock-bench-audit-'));
await measure('sqlite', { engine: 'sqlite', file: path.join(folder, 'service.db') }, 1);
rmSync(folder, { recursive: true, force: true });
const programs = postgresPrograms();
if (programs !== undefined) {
  const cluster = await startPostgres(programs, { disk: 'durable' });
  await measure('postgres', { engine: 'postgres', url: cluster.url('postgres') }, 1);
  await measure('postgres-two-nodes', { engine: 'postgres', url: cluster.url('postgres') }, 2);
  cluster.stop();
}
const recorded = rows.find(({ name }) => name === 'audit.record.sqlite')?.value ?? 0;
publishFindings({
  rows,
  ratios: [{ name: 'audit.record.sqlite', value: recorded, goal: '>= 2000', met: recorded >= 2000 }],
  absent: programs === undefined ? ['PostgreSQL was not found'] : [],
});
