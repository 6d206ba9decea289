import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, type ServiceProcess, spawnService } from '../../bridge-service/test/support/process.ts';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import type { ServiceUnderTest } from '../src/suites/ask-service.ts';
import { runSuiteOnService } from '../src/suites/run-suite-on-service.ts';
import { onelock } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const folder = newFolder();
const work = mkdtempSync(path.join(tmpdir(), 'onelock-on-service-'));
let running: ServiceProcess;
let service: ServiceUnderTest;

beforeAll(async () => {
  running = await spawnService(folder);
  const answer = await fetch(`${running.url}/v1/administrators`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: running.code, name: '检验员' }),
  });
  service = { url: running.url, token: ((await answer.json()) as { token: string }).token };
});
afterAll(async () => {
  await running.end('SIGTERM');
  for (const each of [folder, work]) rmSync(each, { recursive: true, force: true });
});

describe('a suite over HTTP', () => {
  it('comes out as in process', { timeout: 180_000 }, async () => {
    const source = fileURLToPath(new URL('../../vectors/pkits', import.meta.url));
    const report = await runSuiteOnService('pkits', source, service);
    expect(report.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(report.passed).toBeGreaterThanOrEqual(149);
  });

  it('fails when the service refuses the caller: no answer is no verdict', async () => {
    const file = path.join(work, 'bettertls.json');
    const der = readFileSync(new URL('../../vectors/pkits/certs/good-ee.crt', import.meta.url)).toString('base64');
    const root = readFileSync(new URL('../../vectors/pkits/certs/trust-anchor.crt', import.meta.url));
    const one = {
      ...{ id: 1, suite: 'pathbuilding', certificates: [der], hostname: 'localhost', requiredFeatures: [] },
      ...{ expected: 'REJECT', failureIsWarning: false },
    };
    const suite = {
      ...{ betterTlsRevision: '', validationTime: '2026-06-01T00:00:00Z', validationTimeNote: '' },
      ...{ trustRoot: root.toString('base64'), suites: { pathbuilding: { testCases: [one] } } },
    };
    writeFileSync(file, JSON.stringify(suite));
    const accepted = await runSuiteOnService('bettertls', file, service);
    expect(accepted).toMatchObject({ passed: 1, failed: 0 });
    const report = await runSuiteOnService('bettertls', file, { ...service, token: 'not-a-token' });
    expect(report.cases).toMatchObject([{ got: 'crashed', outcome: 'failed' }]);
  });

  it('the command wants a token', () => {
    const { status } = onelock(['suite', 'run', 'pkits', '.', '--service', 'http://127.0.0.1:1']);
    expect(status).toBe(2);
  });
});

requireReal('published cases', publishedVector('openssl-verify'))('openssl-verify over HTTP', (source) => {
  it('comes out as in process', { timeout: 180_000 }, async () => {
    const report = await runSuiteOnService('openssl-verify', source, service);
    expect(report.cases.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(report.passed).toBeGreaterThanOrEqual(45);
  });
});
