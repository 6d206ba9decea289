import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, TokenDriver } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { until } from './processes.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';

const entry = new URL('./fixtures/rogue-host.ts', import.meta.url);
const demo = 'demo' as DeviceId;
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);

describe('a PIN that a host fails on', () => {
  const acts = {
    openSession: (driver: TokenDriver) => driver.openSession(demo, pinOf('123456')),
    changePin: (driver: TokenDriver) => driver.changePin(demo, pinOf('123456'), pinOf('97531864')),
    unblockPin: (driver: TokenDriver) => driver.unblockPin(demo, pinOf('123456'), pinOf('97531864')),
  };

  it.each([
    ['dies of a PIN', 'openSession', 'ERR_DRIVER_CRASHED'],
    ['dies of a PIN', 'changePin', 'ERR_DRIVER_CRASHED'],
    ['hangs at a PIN', 'openSession', 'ERR_DRIVER_TIMEOUT'],
    ['hangs at a PIN', 'unblockPin', 'ERR_DRIVER_TIMEOUT'],
    ['answers a PIN out of shape', 'openSession', 'ERR_DRIVER_PROTOCOL'],
  ] as const)('is never handed over again: it %s in %s', async (vendor, act, code) => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    // Long enough for a host to be given the PIN on a machine that is busy.
    const limitMs = code === 'ERR_DRIVER_TIMEOUT' ? 4_000 : 60_000;
    const timeouts = { openSessionMs: limitMs, changePinMs: limitMs, unblockPinMs: limitMs };
    const driver = await startHostedDriver({ id: 'rogue', family: 'soft', vendor, folder }, { entry, timeouts });
    endings.push(() => driver.close());
    await expect(failure(acts[act](driver))).resolves.toFailWith(code);
    await until(() => driver.status().generation === 2 && driver.status().state === 'running');
    const marks = path.join(folder, 'pins');
    expect(existsSync(marks) ? readFileSync(marks, 'utf8') : '').toBe('.');
  });
});

describe('PINs handed to a host', () => {
  it('are overwritten on our side, right or wrong, whatever becomes of them', async () => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    await writeTestToken(folder, { administratorPin: '86427531' });
    const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder });
    endings.push(() => driver.close());
    const pins = Array.from({ length: 6 }, () => pinOf('00000000'));
    const [a, b, c, d, e, f] = pins as [ReturnType<typeof pinOf>, ...ReturnType<typeof pinOf>[]];
    if (!b || !c || !d || !e || !f) throw new Error('six PINs');
    await failure(driver.openSession(demo, a));
    await failure(driver.changePin(demo, b, c));
    await failure(driver.unblockPin(demo, d, e));
    await failure(driver.finishUnblock(demo, new Uint8Array(1), f));
    expect(pins.flatMap((pin) => [...pin]).every((byte) => byte === 0)).toBe(true);
    // One submission, one try, for each of them.
    expect(await driver.pinStatus(demo)).toMatchObject({ retriesLeft: 8 });
    expect(await driver.pinStatus(demo, 'admin')).toMatchObject({ retriesLeft: 9 });
  });
});

describe('random bytes', () => {
  it('of a file token do not wait for a signature that is under way', async () => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    await writeTestToken(folder, { testSignDelayMs: 60_000 });
    const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder });
    const session = await driver.openSession(demo, pinOf('123456'));
    const input = { kind: 'message', bytes: new Uint8Array(1) } as const;
    const signing = failure(driver.sign(session, 'a1', { kind: 'rsa-pkcs1v15', digest: 'sha256' }, input));
    expect((await driver.random(demo, 32)).length).toBe(32);
    await driver.close();
    await expect(signing).resolves.toFailWith('ERR_DRIVER_CLOSED');
  });
});
