import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

function run(args: readonly string[], environment: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--conditions=onelock-source', cli, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...environment },
  });
  return { stdout, stderr, status };
}

async function withToken(): Promise<{ folder: string; home: string }> {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  await writeTestToken(folder, { defaultPin: true });
  return { folder, home: path.dirname(folder) };
}

describe('onelock driver list', { timeout: 180_000 }, () => {
  it('shows drivers and devices of a configuration file, in Chinese and in English', async () => {
    const { folder, home } = await withToken();
    const config = path.join(home, 'drivers.json');
    writeFileSync(config, JSON.stringify([{ id: 'soft', family: 'soft', folder }]));
    const chinese = run(['driver', 'list', '--config', config]);
    expect(chinese.stdout).toContain('soft · soft · OneLock · 0.1.0  正常');
    expect(chinese.stdout).toContain('演示密钥');
    expect(chinese.stdout).toContain('仍为出厂 PIN');
    expect(chinese.status).toBe(0);
    expect(run(['driver', 'list', '--config', config, '--lang', 'en']).stdout).toContain('serial number SOFT-0001');
  });

  it('answers in JSON, and with 1 when one driver does not run', async () => {
    const { folder } = await withToken();
    const drivers = [
      { id: 'soft', family: 'soft', folder },
      { id: 'absent', family: 'pkcs11', library: '/nowhere/libabsent.so' },
    ];
    const { stdout, status } = run(['driver', 'list', '--json'], { ONELOCK_AGENT_DRIVERS: JSON.stringify(drivers) });
    expect(status).toBe(1);
    const report = JSON.parse(stdout).drivers;
    expect(report[0]).toMatchObject({
      health: 'running',
      devices: [{ serialNumber: 'SOFT-0001', pin: { retriesLeft: 10 }, identities: [{ id: 'a1' }, {}, {}] }],
    });
    expect(report[1]).toMatchObject({ health: 'failed', cause: { code: 'ERR_DRIVER_NOT_INSTALLED' }, devices: [] });
    expect(report[1].cause.message).toContain('未安装');
  });

  it('looks into the agent’s own folder when nothing is configured', async () => {
    const { home } = await withToken();
    const { stdout, status } = run(['driver', 'list', '--json'], { ONELOCK_AGENT_STATE_DIR: home });
    expect(JSON.parse(stdout).drivers[0].devices[0].label).toBe('演示密钥');
    expect(status).toBe(0);
  });

  it('answers wrong use and wrong configuration with 2 and a code', () => {
    expect(run(['driver', 'eject'])).toMatchObject({ status: 2 });
    expect(run(['driver', 'list', '--colour']).stderr).toContain('[ERR_CLI_USAGE]');
    const broken = run(['driver', 'list', '--json'], { ONELOCK_AGENT_DRIVERS: '[{"family":"skf"}]' });
    expect(broken.status).toBe(2);
    expect(JSON.parse(broken.stdout).error.code).toBe('ERR_DRIVER_CONFIG_INVALID');
    expect(run(['driver', 'list', '--config', '/nowhere.json']).stderr).toContain('[ERR_CLI_FILE_UNREADABLE]');
    expect(run(['driver', '--help'])).toMatchObject({ status: 0 });
  });
});
