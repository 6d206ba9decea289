import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectCountedOnce } from './support/counted-once.ts';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { pem } from './support/pki.ts';
import { newFolder, runCli, type ServiceProcess, spawnService } from './support/process.ts';

let folder: string;
let database: TestDatabase;
beforeEach(async () => {
  folder = newFolder();
  database = await newTestDatabase(folder);
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const send = async (service: ServiceProcess, method: string, url: string, token: string | null, body?: object) => {
  const answer = await fetch(service.url + url, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as { id: string; token: string; name: string; hash: string };
};

describe('a service killed between writes', () => {
  it('has every acknowledged one after a restart, and an audit log that verifies', async () => {
    let token: string | null = null;
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const service = await spawnService(folder, database.environment);
      token ??= (await send(service, 'POST', '/v1/administrators', null, { code: service.code, name: 'x' })).token;
      for (const id of acknowledged) expect((await send(service, 'GET', `/v1/cas/${id}`, token)).id).toBe(id);

      let stopped = false;
      const writer = async (name: string): Promise<void> => {
        while (!stopped) {
          try {
            const ca = await send(service, 'POST', '/v1/cas', token, { name, anchors: [pem('sm2/root')] });
            acknowledged.push(ca.id);
          } catch {
            // The service is gone: what was not answered may or may not be there.
            return;
          }
        }
      };
      const before = acknowledged.length;
      const writers = ['a', 'b', 'c', 'd'].map(writer);
      while (acknowledged.length < before + 5) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, round * 20));
      await service.end('SIGKILL');
      stopped = true;
      await Promise.all(writers);

      const report = runCli(['audit', 'verify', '--json'], folder, database.environment);
      expect(report.status, report.stdout + report.stderr).toBe(0);
      expect(JSON.parse(report.stdout).entries).toBeGreaterThanOrEqual(acknowledged.length);
    }
    const service = await spawnService(folder, database.environment);
    for (const id of acknowledged) expect((await send(service, 'GET', `/v1/cas/${id}`, token)).id).toBe(id);
    await expectCountedOnce(database);
    await service.end('SIGTERM');
  });
});
