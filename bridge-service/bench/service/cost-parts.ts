import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { prepareCertificateList } from '@onelock/core/revocation';
import { parseCertificate } from '@onelock/core/x509';
import { databaseLocationOf, lifetimesOf, readConfig } from '../../src/config.ts';
import { openStore } from '../../src/repositories/store.ts';
import { auditDraft } from '../../src/services/append-audit.ts';
import { createEvidenceSeal } from '../../src/services/evidence-seal.ts';
import { CertificateMemory, runTask } from '../../src/workers/verification-task.ts';
import type { BenchCa } from './corpus.ts';
import type { Findings } from './findings.ts';

const count = 4_000;

/** Processor time of this thread, in milliseconds. */
function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What one validation costs in its parts, in this process: parsing and judging it, and its audit entry. */
export async function measureParts(
  findings: Findings,
  cas: readonly BenchCa[],
  folder: string,
  ops: CryptoOps,
  now: Date,
): Promise<void> {
  measureJudging(findings, cas, ops, now);
  await measureAudit(findings, folder, ops, now);
}

function measureJudging(findings: Findings, cas: readonly BenchCa[], ops: CryptoOps, now: Date): void {
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
  for (const family of ['sm2', 'rsa'] as const) {
    const mine = parts.filter(({ ca }) => ca.family === family);
    const judge = (index: number): void => {
      const { ca, evidence } = mine[index % mine.length] as (typeof mine)[number];
      const certificate = ca.leaves[(index * 7) % ca.leaves.length] as Uint8Array;
      runTask({ kind: 'certificate', certificate, evidence }, ops, memory);
    };
    for (let index = 0; index < 400; index++) judge(index);
    const started = spentMs();
    for (let index = 0; index < count; index++) judge(index);
    findings.row(`part.parse-and-judge.${family}`, 'ms', (spentMs() - started) / count);
  }
}

/** Entries of 32 callers who share commits. The time until they are on the disk, and what of it the processor took. */
async function measureAudit(findings: Findings, folder: string, ops: CryptoOps, now: Date): Promise<void> {
  const dataDir = path.join(folder, 'audit');
  mkdirSync(dataDir);
  const seal = createEvidenceSeal(path.join(dataDir, 'secrets'), ops);
  const store = await openStore(databaseLocationOf({ ...readConfig({}), dataDir }), { ops, seal: () => seal });
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
  const spent = spentMs();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let index = next++; index < count; index = next++)
        await store.record(
          auditDraft(ports, { ...act, details: { at: now.toISOString() }, evidence: evidence.slice(index, index + 1) }),
        );
    }),
  );
  findings.row('part.audit-entry', 'ms', (performance.now() - started) / count);
  findings.row('part.audit-entry.cpu', 'ms', (spentMs() - spent) / count);
  await store.close();
}

/**
 * Splits what the service spent on one validation, in processor time: the judgement, the audit entry, the road there and back (a request that
 * judges nothing), and the rest: gathering evidence, the post between threads, masking, waking up.
 *
 * @param validation  name of the load of validations; `road` that of the requests that judge nothing
 */
export function splitCost(findings: Findings, validation: string, road: string): void {
  const perRequest = (name: string): number =>
    (1000 * findings.valueOf(`${name}.cpu-of-service`)) / findings.valueOf(`${name}.rate`);
  const whole = perRequest(validation);
  const parts = {
    judgement: (findings.valueOf('part.parse-and-judge.sm2') + findings.valueOf('part.parse-and-judge.rsa')) / 2,
    'audit-entry': findings.valueOf('part.audit-entry.cpu'),
    road: perRequest(road),
  };
  const rest = whole - parts.judgement - parts['audit-entry'] - parts.road;
  findings.row('cost-of-validation.whole', 'ms', whole);
  for (const [part, value] of Object.entries({ ...parts, rest }))
    findings.row(`cost-of-validation.${part}`, 'ms', value);
}
