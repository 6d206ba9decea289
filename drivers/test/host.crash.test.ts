import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type HostEvent, type HostedDriver, type HostedDriverOptions, startHostedDriver } from '../src/host/index.ts';
import type { DeviceId } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { pkcs11Library, pkcs11Parts } from './pkcs11-parts.ts';
import { newStore, writeTestToken as writePkcs11Token } from './pkcs11-under-test.ts';
import { isAlive, until } from './processes.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { sm2Identity } from './test-keys.ts';

const message = { kind: 'message', bytes: utf8Encode('bid') } as const;
const sm2 = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const demo = 'demo' as DeviceId;

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startSlowToken(testSignDelayMs: number, options: HostedDriverOptions = {}) {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  const file = await writeTestToken(folder, { testSignDelayMs });
  const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder }, options);
  endings.push(() => driver.close());
  const events: HostEvent[] = [];
  driver.onStatusChanged((event) => events.push(event));
  const session = await driver.openSession(demo, pinOf('123456'));
  return { driver, file, session, events };
}

function pidOf(driver: HostedDriver): number {
  const { pid } = driver.status();
  if (pid === null) throw new Error('no host is running');
  return pid;
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const inTheMiddle = () => new Promise((resolve) => setTimeout(resolve, 300));

describe('a host that is killed in the middle of a signature', () => {
  it('fails that call with a code, and the next call works on a new host', async () => {
    const { driver, session, events } = await startSlowToken(20_000);
    const pid = pidOf(driver);
    const signing = failure(driver.sign(session, sm2Identity.id, sm2, message));
    await inTheMiddle();
    process.kill(pid, 'SIGKILL');
    await expect(signing).resolves.toFailWith('ERR_DRIVER_CRASHED');

    expect(await driver.listDevices()).toHaveLength(1);
    expect(pidOf(driver)).not.toBe(pid);
    expect(driver.status()).toMatchObject({ state: 'running', generation: 2 });
    expect(events).toEqual([
      { kind: 'crashed', driver: 'soft', generation: 1, code: 'ERR_DRIVER_CRASHED' },
      { kind: 'restarted', driver: 'soft', generation: 2 },
    ]);
  });

  it('ends the sessions of its life but not the stay of the token', async () => {
    const { driver, session } = await startSlowToken(0);
    const [before] = await driver.listDevices();
    process.kill(pidOf(driver), 'SIGKILL');
    await until(() => driver.status().generation === 2 && driver.status().state === 'running');
    await expect(failure(driver.sign(session, sm2Identity.id, sm2, message))).resolves.toFailWith(
      'ERR_TOKEN_SESSION_CLOSED',
    );
    expect((await driver.listDevices())[0]?.insertion).toBe(before?.insertion);
    const fresh = await driver.openSession(demo, pinOf('123456'));
    expect(await driver.sign(fresh, sm2Identity.id, sm2, message)).toBeInstanceOf(Uint8Array);
  });

  it('leaves the host of another driver alone', async () => {
    const broken = await startSlowToken(20_000);
    const sound = await startSlowToken(0);
    const pid = pidOf(sound.driver);
    const signing = failure(broken.driver.sign(broken.session, sm2Identity.id, sm2, message));
    await inTheMiddle();
    process.kill(pidOf(broken.driver), 'SIGKILL');
    await expect(signing).resolves.toFailWith('ERR_DRIVER_CRASHED');
    expect(await sound.driver.sign(sound.session, sm2Identity.id, sm2, message)).toBeInstanceOf(Uint8Array);
    expect(pidOf(sound.driver)).toBe(pid);
  });

  it('has spent the try of a PIN check that never ended', async () => {
    const { driver, file } = await startSlowToken(0);
    const onDisk = (): number => JSON.parse(readFileSync(file, 'utf8')).pin.retriesLeft;
    const before = onDisk();
    const pid = pidOf(driver);
    const checking = failure(driver.openSession(demo, pinOf('000000')));
    // The try is on disk before the answer: cut the host off between the two, as near as can be.
    await until(() => onDisk() === before - 1);
    process.kill(pid, 'SIGKILL');
    await checking;
    await driver.listDevices();
    const wrong = await failure(driver.openSession(demo, pinOf('000000')));
    expect(wrong).toFailWith('ERR_TOKEN_PIN_INCORRECT');
    const after = (await driver.pinStatus(demo)).retriesLeft ?? 0;
    expect(after).toBe(before - 2);
  });
});

describe('a host that hangs', () => {
  it('fails the call at its time limit, is killed and replaced', async () => {
    const { driver, session, events } = await startSlowToken(600_000, { timeouts: { signMs: 500 } });
    const pid = pidOf(driver);
    const error = await failure(driver.sign(session, sm2Identity.id, sm2, message));
    expect(error).toFailWith('ERR_DRIVER_TIMEOUT');
    expect(error).toMatchObject({ params: { driver: 'soft', timeoutMs: 500 } });
    expect(await driver.listDevices()).toHaveLength(1);
    expect(isAlive(pid)).toBe(false);
    expect(events[0]).toMatchObject({ kind: 'crashed', code: 'ERR_DRIVER_TIMEOUT' });
  });

  it('is noticed when the whole process stands still', async () => {
    const { driver } = await startSlowToken(0, { timeouts: { pinStatusMs: 4000 } });
    const pid = pidOf(driver);
    process.kill(pid, 'SIGSTOP');
    await expect(failure(driver.pinStatus(demo))).resolves.toFailWith('ERR_DRIVER_TIMEOUT');
    expect((await driver.pinStatus(demo)).locked).toBe(false);
    expect(isAlive(pid)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')(
  'an agent that has no handles left (skipped on Windows, which sets no such limit)',
  () => {
    it.each([
      ['with 3 of them', '3', 'driver'],
      ['with 4 of them', '4', 'driver'],
      ['with 5 of them', '5', 'driver'],
      ['with 6 of them', '6', 'driver'],
      ['with 1 of them, and a driver without a folder,', '1', 'library'],
      ['with 2 of them, and a driver without a folder,', '2', 'library'],
      ['and asks for cards with none', '0', 'cards'],
      ['and asks for cards with 3 of them', '3', 'cards'],
    ])('%s is told so by a code, and lives', (_, spare, what) => {
      const { folder, remove } = newTokenFolder();
      endings.push(remove);
      const parent = fileURLToPath(new URL('./fixtures/parent-without-handles.ts', import.meta.url));
      const node = [process.execPath, '--conditions=onelock-source', parent, folder, spare, what];
      const shell = spawnSync('bash', ['-c', 'ulimit -n 120; exec "$@"', 'bash', ...node], { encoding: 'utf8' });
      expect(shell.stdout).toMatch(/^(ERR_DRIVER_CONFIG_INVALID|ERR_DRIVER_CRASHED|ERR_DRIVER_NOT_INSTALLED)\n$/);
      expect(shell.status).toBe(0);
    });
  },
);

describe('data beyond the limits', () => {
  it('is refused before it reaches the host', async () => {
    const { driver, session } = await startSlowToken(0);
    const huge = { kind: 'message', bytes: new Uint8Array(16 * 1024 * 1024 + 1) } as const;
    await expect(failure(driver.sign(session, sm2Identity.id, sm2, huge))).resolves.toFailWith(
      'ERR_DRIVER_LIMIT_EXCEEDED',
    );
    await expect(failure(driver.random(demo, 65_537))).resolves.toFailWith('ERR_DRIVER_LIMIT_EXCEEDED');
    await expect(failure(driver.random(demo, 0))).resolves.toFailWith('ERR_REQUEST_INVALID');
    const large = { kind: 'message', bytes: new Uint8Array(16 * 1024 * 1024) } as const;
    expect(await driver.sign(session, sm2Identity.id, sm2, large)).toBeInstanceOf(Uint8Array);
  });
});

describe('a token that is busy or leaves', () => {
  it('fails a signature when the token is pulled out in the middle of it', async () => {
    const { driver, file, session } = await startSlowToken(20_000);
    const pid = pidOf(driver);
    const signing = failure(driver.sign(session, sm2Identity.id, sm2, message));
    await inTheMiddle();
    renameSync(file, `${file}.out`);
    await expect(signing).resolves.toFailWith('ERR_TOKEN_REMOVED');
    expect(await driver.listDevices()).toEqual([]);
    expect(pidOf(driver)).toBe(pid);
  });

  it('lets the second call wait a short turn and then says busy', async () => {
    const { driver, session } = await startSlowToken(6000, { timeouts: { queueMs: 300 } });
    const first = driver.sign(session, sm2Identity.id, sm2, message);
    const began = performance.now();
    await expect(failure(driver.pinStatus(demo))).resolves.toFailWith('ERR_TOKEN_BUSY');
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await first).toBeInstanceOf(Uint8Array);
    expect((await driver.pinStatus(demo)).locked).toBe(false);
  });
});

requireReal(pkcs11Parts, pkcs11Library())('a host with SoftHSM2 in it', (library) => {
  it('is replaced after a kill in the middle of a call, and the token signs again', async () => {
    const { store, remove } = newStore(library);
    endings.push(remove);
    await writePkcs11Token(store);
    const driver = await startHostedDriver({ id: 'softhsm2', family: 'pkcs11', ...store });
    endings.push(() => driver.close());
    const device = (await driver.listDevices())[0]?.id as DeviceId;
    const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
    const session = await driver.openSession(device, pinOf('123456'));
    const pid = pidOf(driver);
    // Stopped first, so that the signature is surely not answered yet.
    process.kill(pid, 'SIGSTOP');
    const signing = failure(driver.sign(session, 'a1', rsa, message));
    await inTheMiddle();
    process.kill(pid, 'SIGKILL');
    await expect(signing).resolves.toFailWith('ERR_DRIVER_CRASHED');
    const fresh = await driver.openSession(device, pinOf('123456'));
    expect(await driver.sign(fresh, 'a1', rsa, message)).toHaveLength(256);
  });
});
