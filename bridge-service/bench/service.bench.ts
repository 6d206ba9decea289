// npm run bench -- service: the service under load, as a province has it. 130,000 certificates of four CAs registered (two SM2, two RSA),
// revocation lists of 1,000,000 entries, certificates drawn at random from all of them, no cache of verdicts, the audit entry on the disk
// before each answer. Load by autocannon in a process of its own; what it takes of the machine is stated. Two nodes on PostgreSQL are the
// set service-nodes. ONELOCK_BENCH_SERVICE=certificates,entries,seconds makes it smaller.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { publishFindings, within } from '../../tools/src/bench/findings.ts';
import { databaseLocationOf, readConfig } from '../src/config.ts';
import { type BenchCa, makeCorpus } from './service/corpus.ts';
import { measureParts, splitCost } from './service/cost-parts.ts';
import { load, measured, post, writeLines } from './service/drive.ts';
import { atLeast, Findings } from './service/findings.ts';
import { loginBodies } from './service/logins.ts';
import { registerCas, registerCertificates, serveLists } from './service/registry.ts';
import { runService } from './service/run-service.ts';

const [certificates = 130_000, entries = 1_000_000, seconds = 30] = (process.env.ONELOCK_BENCH_SERVICE ?? '')
  .split(',')
  .filter((text) => text !== '')
  .map(Number);
const ops = createNodeCrypto();
const now = new Date();
const folder = mkdtempSync(path.join(tmpdir(), 'onelock-bench-service-'));
const findings = new Findings();

const corpus = findings.timed(`${certificates} certificates, 4 lists of ${entries} entries`, () =>
  makeCorpus({ certificatesPerCa: Math.ceil(certificates / 4), entries, rsaKeys: 40 }, ops, now),
);
const lists = await serveLists(corpus);
const dataDir = path.join(folder, 'data');
await measureParts(findings, corpus, folder, ops, now);
await registerCertificates(corpus, databaseLocationOf({ ...readConfig({}), dataDir }), ops, now);
findings.say('registered');
const environment = {
  ONELOCK_SERVICE_DATA_DIR: dataDir,
  ONELOCK_SERVICE_LOG_LEVEL: 'warn',
  ONELOCK_SERVICE_OUTBOUND_NETWORKS: '127.0.0.1/32',
  ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
  ONELOCK_SERVICE_VERIFICATION_THREADS:
    process.env.ONELOCK_BENCH_THREADS ?? String(Math.max(0, availableParallelism() - 1)),
};
let service = await runService(environment);
try {
  const { token: administrator } = await post(service, '/v1/administrators', '', { code: service.code, name: 'bench' });
  const admin = String(administrator);
  const listSeconds = await registerCas(service, admin, corpus, lists, { entries, ops });
  findings.row('list.download-read-verify-store', 's', listSeconds);
  const origin = 'https://bid.example.cn';
  const platform = await post(service, '/v1/callers', admin, { name: 'platform', role: 'platform', origins: [origin] });
  const token = String(platform.token);

  // Start-up with everything there: lists come from the database, after it listens.
  await service.stop();
  service = await runService(environment);
  findings.row('start-up', 's', service.startedSeconds);

  const questions = (name: string, cas: readonly BenchCa[]): Promise<string> =>
    writeLines(
      path.join(folder, `${name}.ndjson`),
      cas.flatMap(({ leaves }) => leaves).map((der) => JSON.stringify({ certificate: toBase64(der) })),
    );
  const validate = { path: '/v1/certificates/validate', token, connections: 32, random: true };
  const bodies = await questions('certificates', corpus);
  await load(folder, { ...validate, url: service.url, bodies, duration: 5 });
  await measured(findings, folder, 'validate-certificate.all', [service], { ...validate, bodies, duration: seconds });
  for (const family of ['sm2', 'rsa'] as const)
    await measured(findings, folder, `validate-certificate.${family}`, [service], {
      ...validate,
      bodies: await questions(
        family,
        corpus.filter((ca) => ca.family === family),
      ),
      duration: Math.ceil(seconds / 3),
    });
  findings.row('memory.resident', 'MB', service.residentMegabytes());
  findings.row('memory.peak', 'MB', service.peakMegabytes());
  // What of a validation is the road there and back, and not the judgement.
  await measured(findings, folder, 'part.road-there-and-back', [service], {
    ...{ path: '/v1/report-signer', token, connections: 32, random: false },
    duration: Math.ceil(seconds / 3),
  });
  splitCost(findings, 'validate-certificate.all', 'part.road-there-and-back');
  const made = await loginBodies(service, token, origin, corpus, Math.min(10_000, certificates), ops);
  await measured(findings, folder, 'login.verify', [service], {
    ...{ path: '/v1/logins', token, connections: 32, random: false },
    bodies: await writeLines(path.join(folder, 'logins.ndjson'), made),
  });
} finally {
  await service.stop();
  lists.close();
  rmSync(folder, { recursive: true, force: true });
}

publishFindings({
  rows: findings.rows,
  ratios: [
    atLeast(findings, 'validate-certificate.all.rate', 2_000),
    ...within(findings.rows, 'validate-certificate.all.p99', 50),
    atLeast(findings, 'login.verify.rate', 800),
    ...within(findings.rows, 'start-up', 3),
  ],
  absent: [],
});
