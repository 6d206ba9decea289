import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCodedError } from '@onelock/core/errors';
import { afterEach, describe, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type HostedDriver, startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, DriverConfig } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { buildSkfLibrary, skfCompiler, skfParts, skfPin, writeSkfToken } from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const holder = fileURLToPath(new URL('./fixtures/holder-of-driver.ts', import.meta.url));
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

/** A second program that has a host for the driver, and a session where a PIN is given. */
async function another(config: DriverConfig, pin = ''): Promise<ChildProcess> {
  const args = ['--conditions=onelock-source', holder, JSON.stringify(config), pin];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  endings.push(() => leave(child));
  const [said] = await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
  expect(String(said)).toBe('ready\n');
  return child;
}

async function leave(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  await once(child, 'exit');
}

/** A start waits two seconds for who is leaving; a machine that is busy is given more. */
async function startWhenFree(config: DriverConfig): Promise<HostedDriver> {
  for (;;) {
    try {
      return await startHostedDriver(config);
    } catch (error) {
      if (!isCodedError(error) || error.code !== 'ERR_DRIVER_IN_USE') throw error;
    }
  }
}

async function softConfig(): Promise<DriverConfig> {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  await writeTestToken(folder);
  return { id: 'soft', family: 'soft', folder };
}

describe('a driver that another program has', () => {
  it('is refused with the name of who has it, and had as soon as that one leaves', async () => {
    const config = await softConfig();
    const other = await another(config);
    const refused = await failure(startHostedDriver({ ...config, id: 'by-another-name' }));
    expect(refused).toFailWith('ERR_DRIVER_IN_USE');
    expect(isCodedError(refused) && refused.params).toMatchObject({ program: 'holder', pid: other.pid });
    const [driver] = await Promise.all([startWhenFree(config), leave(other)]);
    endings.push(() => driver.close());
    expect(await driver.listDevices()).toHaveLength(1);
  });

  it('is free at once when that one is killed: nothing is left behind that would have to grow stale', async () => {
    const config = await softConfig();
    const other = await another(config);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const driver = await startHostedDriver(config);
    endings.push(() => driver.close());
    expect(await driver.listDevices()).toHaveLength(1);
  });

  it('is let go by a start that failed', async () => {
    const config = { id: 'absent', family: 'pkcs11', library: '/nowhere/libabsent.so' } as const;
    await expect(failure(startHostedDriver(config))).resolves.toFailWith('ERR_DRIVER_NOT_INSTALLED');
    await expect(failure(startHostedDriver(config))).resolves.toFailWith('ERR_DRIVER_NOT_INSTALLED');
  });

  it('is told on the command line as in use, by whom and what to do', async () => {
    const config = await softConfig();
    const other = await another(config);
    const file = path.join(path.dirname('folder' in config ? config.folder : ''), 'drivers.json');
    writeFileSync(file, JSON.stringify([config]));
    const run = (...args: readonly string[]) => {
      const env = {
        PATH: process.env.PATH ?? '',
        HOME: '/nonexistent',
        ONELOCK_LOCK_SCOPE: process.env.ONELOCK_LOCK_SCOPE,
      };
      const all = ['--conditions=onelock-source', cli, 'driver', ...args];
      return spawnSync(process.execPath, all, { encoding: 'utf8', env });
    };
    const listed = run('list', '--config', file);
    expect(listed.stdout).toContain(`使用中：驱动 soft 正由 holder（进程 ${other.pid}）使用，请先关闭它再试`);
    expect(listed.status).toBe(1);
    const conformed = run('conform', 'soft', '--config', file, '--lang', 'en');
    expect(conformed.stderr).toContain(`in use by holder (process ${other.pid}): close that first [ERR_DRIVER_IN_USE]`);
    expect(conformed.status).not.toBe(0);
  });
});

requireReal(skfParts, skfCompiler())('a key that two programs reach through two libraries', (compiler) => {
  /** The same key twice: two folders of one library stand for two vendors' libraries. */
  function twice(serialNumber: string): readonly [DriverConfig, DriverConfig] {
    const { library, remove } = buildSkfLibrary(compiler);
    endings.push(remove);
    return [0, 1].map(() => {
      const place = newSkfFolder();
      endings.push(place.remove);
      writeSkfToken(place.folder, { serialNumber });
      return skfConfig(library, place.folder);
    }) as unknown as readonly [DriverConfig, DriverConfig];
  }

  it.each([
    ['of its number', 'SKF-0077'],
    ['without a number, of which nobody can tell that it is another', ''],
  ])('is used by one of them at a time, %s', async (_what, serialNumber) => {
    const [mine, theirs] = twice(serialNumber);
    const other = await another(theirs, skfPin);
    const driver = await startHostedDriver(mine);
    endings.push(() => driver.close());
    const [device] = await driver.listDevices();
    const id = device?.id ?? ('' as DeviceId);
    const refused = await failure(driver.openSession(id, pinOf(skfPin)));
    expect(refused).toFailWith('ERR_TOKEN_IN_USE');
    expect(isCodedError(refused) && refused.params).toMatchObject({ program: 'holder', pid: other.pid });
    await leave(other);
    const session = await driver.openSession(id, pinOf(skfPin));
    await driver.closeSession(session);
  });

  it('is free for others while nobody works with it', async () => {
    const [mine, theirs] = twice('SKF-0078');
    await another(theirs);
    const driver = await startHostedDriver(mine);
    endings.push(() => driver.close());
    const [device] = await driver.listDevices();
    const session = await driver.openSession(device?.id ?? ('' as DeviceId), pinOf(skfPin));
    await driver.closeSession(session);
  });
});
