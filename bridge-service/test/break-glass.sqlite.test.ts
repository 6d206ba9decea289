import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { newFolder, runCli, type ServiceProcess, spawnService } from './support/process.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** However the test ends, the service does not outlive it. */
const start = async (): Promise<ServiceProcess> => {
  const service = await spawnService(folder);
  onTestFinished(() => void service.end('SIGKILL'));
  return service;
};
const redeem = async (url: string, code: string): Promise<string> => {
  const answer = await fetch(`${url}/v1/administrators`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, name: 'x' }),
  });
  return ((await answer.json()) as { token?: string }).token ?? '';
};

describe('break-glass', () => {
  it('restores access while the service is stopped, by the newest code alone, into the console too', async () => {
    const first = await start();
    const lost = await redeem(first.url, first.code ?? '');
    await first.end('SIGTERM');
    const codeOf = (): string => {
      const { status, stdout } = runCli(['break-glass'], folder);
      expect(status).toBe(0);
      const [code = ''] = /(?:[2-9A-Z]{5}-){4}[2-9A-Z]{5}/.exec(stdout) ?? [];
      return code;
    };
    const [older, newer] = [codeOf(), codeOf()];
    const service = await start();
    expect(service.code).toBeNull();
    expect(await redeem(service.url, older)).toBe('');
    const entered = await fetch(`${service.url}/v1/console/sessions/by-code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: service.url, 'x-onelock-console': '1' },
      body: JSON.stringify({ code: newer, name: '值班' }),
    });
    expect(entered.status, await entered.clone().text()).toBe(201);
    const [cookie = ''] = entered.headers.getSetCookie();
    const asked = { headers: { cookie: cookie.split(';')[0] ?? '', 'x-onelock-console': '1' } };
    const session = await fetch(`${service.url}/v1/console/session`, asked);
    expect(await session.json()).toMatchObject({ user: { role: 'administrator', name: '值班' } });
    const own = { headers: { authorization: `Bearer ${lost}` } };
    expect((await fetch(`${service.url}/v1/callers/self`, own)).status).toBe(200);
    await service.end('SIGTERM');
    const log = JSON.parse(runCli(['audit', 'verify', '--json'], folder).stdout);
    expect(log).toMatchObject({ indication: 'passed' });
  });
});
