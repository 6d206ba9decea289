import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type HostedDriverOptions, startHostedDriver } from '../src/host/index.ts';
import type { DeviceId } from '../src/port/index.ts';
import { withoutNetwork } from '../src/process/without-network.ts';
import { childrenOf, isAlive, until } from './processes.ts';
import { newTokenFolder } from './soft-under-test.ts';

const entry = new URL('./fixtures/rogue-host.ts', import.meta.url);
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startRogue(vendor: string, options: HostedDriverOptions = {}) {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  const driver = await startHostedDriver({ id: 'rogue', family: 'soft', vendor, folder }, { entry, ...options });
  endings.push(() => driver.close());
  return driver;
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);

describe('a host that breaks the protocol', () => {
  it.each([
    'answers out of shape',
    'adds a field',
    'answers nobody',
    'signs for nobody',
    'signs what was another call',
    'signs more than it says',
    'speaks of longer frames than there are',
    'asks instead of answering',
    'invents an error code',
    'sends garbage',
    'is ready twice',
    'floods with notices',
    'sends a handle',
  ])('is killed and replaced when it %s', async (way) => {
    const driver = await startRogue(way);
    const { pid } = driver.status();
    await expect(failure(driver.listDevices())).resolves.toFailWith('ERR_DRIVER_PROTOCOL');
    await until(() => driver.status().generation === 2 && driver.status().state === 'running');
    expect(isAlive(pid ?? 0)).toBe(false);
    expect(driver.status().lastFailure?.code).toBe('ERR_DRIVER_PROTOCOL');
  });

  it('is killed when it answers one call twice', async () => {
    const driver = await startRogue('answers twice');
    expect(await driver.listDevices()).toEqual([]);
    await until(() => driver.status().generation === 2);
    expect(driver.status().lastFailure?.code).toBe('ERR_DRIVER_PROTOCOL');
  });

  it('is not believed when it gives fewer random bytes than asked for', async () => {
    const driver = await startRogue('gives too few random bytes');
    await expect(failure(driver.random('a' as DeviceId, 32))).resolves.toFailWith('ERR_DRIVER_PROTOCOL');
  });

  it.each(['closes its channel', 'closes the pipe of signatures'])(
    'counts as crashed when it %s and lives on',
    async (way) => {
      const driver = await startRogue(way);
      const { pid } = driver.status();
      await expect(failure(driver.listDevices())).resolves.toFailWith('ERR_DRIVER_CRASHED');
      await until(() => driver.status().generation === 2 && driver.status().state === 'running');
      expect(isAlive(pid ?? 0)).toBe(false);
    },
  );
});

describe.skipIf(withoutNetwork() === null)(
  'a host whose library starts processes (skipped without network namespaces)',
  () => {
    it.each(['is closed', 'is killed'])('leaves none behind when it %s', async (way) => {
      const driver = await startRogue('leaves a process behind');
      const left = Number((await driver.listDevices())[0]?.label);
      expect(isAlive(left)).toBe(true);
      if (way === 'is closed') await driver.close();
      else process.kill(driver.status().pid ?? 0, 'SIGKILL');
      await until(() => !isAlive(left));
    });

    it('leaves none behind when it dies before it is ready', async () => {
      const { folder, remove } = newTokenFolder();
      endings.push(remove);
      const config = { id: 'rogue', family: 'soft', vendor: 'leaves a process behind at start', folder } as const;
      await expect(failure(startHostedDriver(config, { entry }))).resolves.toFailWith('ERR_DRIVER_CRASHED');
      const left = Number(readFileSync(path.join(folder, 'left'), 'utf8'));
      expect(left).toBeGreaterThan(0);
      await until(() => !isAlive(left), 10_000);
    });
  },
);

describe('a host that keeps crashing', () => {
  it('is restarted ever more slowly, and calls fail at once instead of waiting', async () => {
    const driver = await startRogue('exits on every call', { restartDelayMs: 3000 });
    for (let round = 0; round < 2; round++)
      await expect(failure(driver.listDevices())).resolves.toFailWith('ERR_DRIVER_CRASHED');
    // The third start waits 3 s; after the fourth failure the wait is 6 s, longer than a call's patience.
    await expect(failure(driver.listDevices())).resolves.toFailWith('ERR_DRIVER_CRASHED');
    const began = performance.now();
    await expect(failure(driver.listDevices())).resolves.toFailWith('ERR_DRIVER_CRASHED');
    expect(performance.now() - began).toBeLessThan(4500);
    expect(driver.status()).toMatchObject({ state: 'restarting', pid: null });
  });
});

describe('a start that fails', () => {
  const cases = [
    ['never starts', 'ERR_DRIVER_TIMEOUT'],
    ['dies at start', 'ERR_DRIVER_CRASHED'],
  ] as const;
  it.each(cases)('tells why and leaves no process when the host %s', async (way, code) => {
    const before = childrenOf(process.pid);
    await expect(failure(startRogue(way, { timeouts: { startMs: 1500 } }))).resolves.toFailWith(code);
    expect(childrenOf(process.pid)).toEqual(before);
  });

  it('names a library that is not there', async () => {
    const before = childrenOf(process.pid);
    const config = { id: 'absent', family: 'pkcs11', library: '/nowhere/libabsent.so' } as const;
    const error = await failure(startHostedDriver(config));
    expect(error).toFailWith('ERR_DRIVER_NOT_INSTALLED');
    expect(error).toMatchObject({ params: { driver: 'absent' } });
    expect(childrenOf(process.pid)).toEqual(before);
  });

  it('names what is wrong with the configuration', async () => {
    const relative = { id: 'soft', family: 'soft', folder: 'tokens' } as const;
    const error = await failure(startHostedDriver(relative));
    expect(error).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    expect(error).toMatchObject({ params: { field: '/folder' } });
    const top = { id: 'soft', family: 'soft', folder: '/etc' } as const;
    await expect(failure(startHostedDriver(top))).resolves.toFailWith('ERR_DRIVER_CONFIG_INVALID');
  });
});

describe('closing', () => {
  it('leaves no process, fails what was in flight and every later call', async () => {
    const driver = await startRogue('says nothing');
    const { pid } = driver.status();
    const calling = failure(driver.listDevices());
    await new Promise((resolve) => setTimeout(resolve, 100));
    await driver.close();
    await expect(calling).resolves.toFailWith('ERR_DRIVER_CLOSED');
    expect(isAlive(pid ?? 0)).toBe(false);
    await expect(failure(driver.listDevices())).resolves.toFailWith('ERR_DRIVER_CLOSED');
    expect(driver.status()).toMatchObject({ state: 'closed', pid: null });
    await driver.close();
  });

  it('leaves no process when the host was just about to be replaced', async () => {
    const before = childrenOf(process.pid);
    for (let round = 0; round < 5; round += 1) {
      const driver = await startRogue('closes its channel');
      const closed = new Promise<void>((resolve) => {
        // The pause before the next host is over by then, the process of the last one is not gone.
        driver.onStatusChanged(({ kind }) => {
          if (kind === 'crashed') setTimeout(() => resolve(driver.close()), 1);
        });
      });
      await failure(driver.listDevices());
      await closed;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(childrenOf(process.pid)).toEqual(before);
  });

  it('hands on what a driver says of a call without touching the host', async () => {
    const driver = await startRogue('ends a call in its own words');
    await expect(failure(driver.pinStatus('a' as DeviceId))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    expect(driver.status()).toMatchObject({ state: 'running', generation: 1 });
  });
});
