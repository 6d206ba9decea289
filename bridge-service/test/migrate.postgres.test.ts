import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { pem } from './support/pki.ts';
import { runCli, type ServiceProcess, spawnService } from './support/process.ts';

let folder: string;
let target: TestDatabase;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-migrate-'));
  target = await newTestDatabase(folder);
});
afterEach(async () => {
  await target.drop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async ({ url }: ServiceProcess, method: string, where: string, token: string | null, body?: object) => {
  const answer = await fetch(url + where, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Record<string, string>;
};

it('moves the embedded database to PostgreSQL with everything in it', async () => {
  const embedded = await spawnService(folder);
  const { token = '' } = await ask(embedded, 'POST', '/v1/administrators', null, { code: embedded.code, name: 'x' });
  const ca = await ask(embedded, 'POST', '/v1/cas', token, { name: '甲 CA', anchors: [pem('sm2/root')] });
  await embedded.end('SIGTERM');

  const moved = runCli(['migrate-to-postgres', '--json'], folder, target.environment);
  expect(moved.status, moved.stdout + moved.stderr).toBe(0);
  expect(JSON.parse(moved.stdout)).toMatchObject({ rows: { cas: 1, callers: 1 }, audit: { indication: 'passed' } });
  expect(moved.stdout).not.toContain('password');

  const shared = await spawnService(folder, target.environment);
  expect(shared.code).toBeNull();
  expect((await ask(shared, 'GET', `/v1/cas/${ca.id}`, token)).name).toBe('甲 CA');
  await ask(shared, 'POST', '/v1/cas', token, { name: '乙 CA', anchors: [pem('rsa/root')] });
  await shared.end('SIGTERM');
  // The checkpoints of before hold for the log that was moved and has grown.
  const verified = runCli(['audit', 'verify', '--json'], folder, target.environment);
  expect(verified.status, verified.stdout).toBe(0);

  const again = runCli(['migrate-to-postgres'], folder, target.environment);
  expect(again.status).toBe(2);
  expect(again.stderr).toContain('is not empty');
});

it('says so when PostgreSQL is not there', () => {
  const nowhere = { ONELOCK_SERVICE_DATABASE_URL: `postgres://x@localhost/x?host=${encodeURIComponent(folder)}` };
  const { status, stderr } = runCli(['start'], folder, nowhere);
  expect(status).toBe(1);
  expect(stderr).toContain('ERR_SERVICE_UNAVAILABLE');
});
