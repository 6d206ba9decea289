import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type HostedDriver, type HostedDriverOptions, startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, SessionId } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { childrenOf, isAlive, until } from './processes.ts';
import { buildSkfLibrary, type SkfLibraryFile, skfCompiler, skfParts, skfPin, writeSkfToken } from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { rsaIdentity, sm2Identity } from './test-keys.ts';

/** How soon a host is back; a machine too busy to start one at all in that time is given four times what the first start took. */
/** The goal is two seconds, which the long runs measure; this leaves room for a machine that is busy. */
const backWithinMs = 30_000;
const message = { kind: 'message', bytes: utf8Encode('投标文件') } as const;
const sm2 = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);

/** Milliseconds from the end of each host to the start of the next. */
function watchDowntimes(driver: HostedDriver): readonly number[] {
  const downtimes: number[] = [];
  let since = 0;
  driver.onStatusChanged(({ kind }) => {
    if (kind === 'crashed') since = performance.now();
    else downtimes.push(performance.now() - since);
  });
  return downtimes;
}

function pidOf(driver: HostedDriver): number {
  const { pid } = driver.status();
  if (pid === null) throw new Error('no host is running');
  return pid;
}

requireReal(skfParts, skfCompiler())('a misbehaving SKF library', (compiler) => {
  let built: SkfLibraryFile;
  beforeAll(() => {
    built = buildSkfLibrary(compiler);
  });
  afterAll(() => built.remove());

  interface Wanted extends NonNullable<Parameters<typeof skfConfig>[2]> {
    readonly options?: HostedDriverOptions;
  }

  async function start({ options, ...changes }: Wanted = {}) {
    const { folder, remove } = newSkfFolder();
    endings.push(remove);
    const device = writeSkfToken(folder);
    const driver = await startHostedDriver(skfConfig(built.library, folder, changes), options);
    endings.push(() => driver.close());
    const downtimes = watchDowntimes(driver);
    const [first] = await driver.listDevices();
    if (first === undefined) throw new Error('no device');
    /** Happens once, at the next call of that function. */
    const order = (fault: string) => writeFileSync(path.join(folder, 'faults'), fault);
    return { folder, device, driver, id: first.id, order, downtimes };
  }

  const open = (driver: HostedDriver, id: DeviceId): Promise<SessionId> => driver.openSession(id, pinOf(skfPin));

  async function expectSound(driver: HostedDriver, id: DeviceId): Promise<void> {
    const session = await open(driver, id);
    expect(await driver.sign(session, sm2Identity.id, sm2, message)).toBeInstanceOf(Uint8Array);
  }

  it('that crashes costs one call, and no other device notices', async () => {
    const { driver, id, order, downtimes } = await start();
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    await writeTestToken(folder);
    const other = await startHostedDriver({ id: 'soft', family: 'soft', folder });
    endings.push(() => other.close());
    const otherPid = pidOf(other);
    const otherSession = await other.openSession('demo' as DeviceId, pinOf('123456'));
    const session = await open(driver, id);
    const pid = pidOf(driver);

    order('crash SKF_ECCSignData');
    const signing = failure(driver.sign(session, sm2Identity.id, sm2, message));
    expect(await other.sign(otherSession, sm2Identity.id, sm2, message)).toBeInstanceOf(Uint8Array);
    await expect(signing).resolves.toFailWith('ERR_DRIVER_CRASHED');
    await expectSound(driver, id);
    expect(downtimes).toHaveLength(1);
    expect(downtimes[0]).toBeLessThan(backWithinMs);
    expect(isAlive(pid)).toBe(false);
    expect(pidOf(other)).toBe(otherPid);
    expect(await other.sign(otherSession, sm2Identity.id, sm2, message)).toBeInstanceOf(Uint8Array);
  });

  it.each([
    ['SKF_EnumDev', 'listDevicesMs'],
    ['SKF_VerifyPIN', 'openSessionMs'],
    ['SKF_RSASignData', 'signMs'],
  ] as const)('that hangs in %s is ended at the time limit and replaced', async (name, limit) => {
    const { driver, id, order, downtimes } = await start({ options: { timeouts: { [limit]: 2000 } } });
    const session = await open(driver, id);
    const acts = {
      listDevicesMs: () => driver.listDevices(),
      openSessionMs: () => open(driver, id),
      signMs: () => driver.sign(session, rsaIdentity.id, rsa, message),
    };
    const pid = pidOf(driver);
    order(`hang ${name}`);
    const began = performance.now();
    const error = await failure(acts[limit]());
    expect(error).toFailWith('ERR_DRIVER_TIMEOUT');
    // A machine that is busy is slow to tell.
    expect(performance.now() - began).toBeLessThan(2000 + 30_000);
    await expectSound(driver, id);
    expect(downtimes).toHaveLength(1);
    expect(downtimes[0]).toBeLessThan(backWithinMs);
    expect(isAlive(pid)).toBe(false);
  });

  it('that is slow is waited for, and others are told that the key is busy', async () => {
    const { driver, id, order } = await start({ options: { timeouts: { queueMs: 200 } } });
    const session = await open(driver, id);
    order('slow SKF_ECCSignData 900');
    const signing = driver.sign(session, sm2Identity.id, sm2, message);
    await expect(failure(driver.pinStatus(id))).resolves.toFailWith('ERR_TOKEN_BUSY');
    expect(await signing).toBeInstanceOf(Uint8Array);
    expect(driver.status().generation).toBe(1);
  });

  it('whose key leaves in the middle of a signature says so, though the library says only SAR_FAIL', async () => {
    const { driver, id, device, folder, order } = await start();
    const session = await open(driver, id);
    const [before] = await driver.listDevices();
    order('unplug SKF_ECCSignData');
    const error = await failure(driver.sign(session, sm2Identity.id, sm2, message));
    expect(error).toFailWith('ERR_TOKEN_REMOVED');
    expect(error).toMatchObject({ native: { api: 'SKF_ECCSignData', name: 'SAR_FAIL' } });
    expect(await driver.listDevices()).toEqual([]);
    renameSync(path.join(folder, `.${path.basename(device)}.out`), device);
    await until(async () => (await driver.listDevices()).length === 1);
    expect((await driver.listDevices())[0]?.insertion).toBe((before?.insertion ?? 0) + 1);
    await expect(failure(driver.sign(session, sm2Identity.id, sm2, message))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    await expectSound(driver, id);
    expect(driver.status().generation).toBe(1);
  });

  it.each(['no-events', 'deaf-events'])(
    'with %s is looked at, and a removal is known within a second or so',
    async (trait) => {
      const { driver, device } = await start({
        quirks: { events: 'native' },
        environment: { ONELOCK_SKF_TRAITS: trait },
      });
      let noticedAt = 0;
      driver.onDevicesChanged(() => {
        noticedAt = performance.now();
      });
      const began = performance.now();
      renameSync(device, path.join(path.dirname(path.dirname(device)), 'away'));
      await until(() => noticedAt > 0);
      // Our own limit is a second or so; the rest is for a machine that is busy.
      expect(noticedAt - began).toBeLessThan(30_000);
      expect(await driver.listDevices()).toEqual([]);
    },
  );

  it('that lies about tries is not believed: each wrong PIN costs one, once, until the lock', async () => {
    const { driver, id, device } = await start({ environment: { ONELOCK_SKF_TRAITS: 'lying-retries' } });
    const triesWritten = () => Number(readFileSync(path.join(device, 'SJKJ/pin'), 'utf8').split(' ')[1]);
    for (const left of [7, 6, 5]) {
      const error = await failure(driver.openSession(id, pinOf('000000')));
      expect(error).toFailWith('ERR_TOKEN_PIN_INCORRECT');
      expect(error).toMatchObject({ params: { retriesLeft: left } });
      expect(triesWritten()).toBe(left);
      expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: left, retriesMax: 8 });
    }
    for (const left of [4, 3, 2, 1]) {
      await failure(driver.openSession(id, pinOf('000000')));
      expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: left, low: left <= 2 });
    }
    await expect(failure(driver.openSession(id, pinOf('000000')))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    await expect(failure(open(driver, id))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
  });

  it('that lies about tries and dies is believed no more than before, until the PIN is right', async () => {
    const { driver, id } = await start({ environment: { ONELOCK_SKF_TRAITS: 'lying-retries' } });
    const dies = async (generation: number): Promise<void> => {
      process.kill(pidOf(driver), 'SIGKILL');
      await until(() => driver.status().generation === generation && driver.status().state === 'running');
      await driver.listDevices();
    };
    await driver.listDevices();
    for (let tries = 0; tries < 3; tries += 1) await failure(driver.openSession(id, pinOf('000000')));
    await dies(2);
    expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: 5, low: false });
    for (const left of [4, 3, 2]) {
      const error = await failure(driver.openSession(id, pinOf('000000')));
      expect(error).toMatchObject({ code: 'ERR_TOKEN_PIN_INCORRECT', params: { retriesLeft: left } });
    }
    await dies(3);
    expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: 2, low: true });
    await open(driver, id);
    expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: 8, low: false });
  });

  it('that says yes to any PIN while the key is unlocked does not get to', async () => {
    const { driver, id } = await start({ environment: { ONELOCK_SKF_TRAITS: 'trusting' } });
    await open(driver, id);
    const error = await failure(driver.openSession(id, pinOf('000000')));
    expect(error).toFailWith('ERR_TOKEN_PIN_INCORRECT');
  });

  it('that finds every buffer too small, twice, gets larger ones', async () => {
    const { driver, id } = await start({ environment: { ONELOCK_SKF_TRAITS: 'small-buffers' } });
    const identities = await driver.listIdentities(id);
    expect(identities.map((identity) => identity.signingCertificate)).toEqual([
      rsaIdentity.signing.certificate,
      sm2Identity.signing.certificate,
    ]);
    const session = await open(driver, id);
    expect(await driver.sign(session, rsaIdentity.id, rsa, message)).toHaveLength(256);
  });

  it('that aligns r and s to the left is understood, unless it is configured otherwise', async () => {
    const environment = { ONELOCK_SKF_TRAITS: 'left-aligned' };
    const { driver, id } = await start({ environment });
    await expectSound(driver, id);
    const strict = await start({ environment, quirks: { signatureAlignment: 'right' } });
    const session = await open(strict.driver, strict.id);
    const error = await failure(strict.driver.sign(session, sm2Identity.id, sm2, message));
    expect(error).toFailWith('ERR_TOKEN_NATIVE_FAILURE');
    expect(error).toMatchObject({ params: { name: 'SIGNATURE_DOES_NOT_VERIFY' } });
  });

  it('that makes DigestInfo itself signs RSA when that is configured, and fails with a code when not', async () => {
    const environment = { ONELOCK_SKF_TRAITS: 'rsa-digest' };
    const { driver, id } = await start({ environment, quirks: { rsaSignInput: 'digest' } });
    const session = await open(driver, id);
    expect(await driver.sign(session, rsaIdentity.id, rsa, message)).toHaveLength(256);
    const sm3 = { kind: 'rsa-pkcs1v15', digest: 'sm3' } as const;
    await expect(failure(driver.sign(session, rsaIdentity.id, sm3, message))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
    const wrong = await start({ environment });
    await expect(
      failure(wrong.driver.sign(await open(wrong.driver, wrong.id), rsaIdentity.id, rsa, message)),
    ).resolves.toFailWith('ERR_TOKEN_NATIVE_FAILURE');
  });

  it('that leaks until there is no memory is replaced', async () => {
    const { driver, id, downtimes } = await start({
      environment: { ONELOCK_SKF_TRAITS: 'leak' },
      options: { limits: { dataMegabytes: 1280, openFiles: 256, heapMegabytes: 128 } },
    });
    const pid = pidOf(driver);
    let error: unknown = null;
    for (let call = 0; call < 40 && error === null; call += 1)
      error = await driver.random(id, 16).then(
        () => null,
        (cause) => cause,
      );
    expect(isCodedError(error) && [error.code, error.native?.name ?? null]).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ERR_(DRIVER_CRASHED|TOKEN_NATIVE_FAILURE)$/)]),
    );
    await until(() => driver.status().generation > 1 && driver.status().state === 'running');
    expect(await driver.random(id, 16)).toHaveLength(16);
    expect(downtimes[0]).toBeLessThan(backWithinMs);
    expect(isAlive(pid)).toBe(false);
  });

  it.each([
    ['crash SKF_EnumDev', 'ERR_DRIVER_CRASHED'],
    ['hang SKF_EnumDev', 'ERR_DRIVER_TIMEOUT'],
    ['fail SKF_EnumDev 0x0A000001', 'ERR_TOKEN_NATIVE_FAILURE'],
  ] as const)('that does %s at its start is refused with %s, and no process is left', async (fault, code) => {
    const { folder, remove } = newSkfFolder();
    endings.push(remove);
    writeSkfToken(folder);
    const before = childrenOf(process.pid);
    const config = skfConfig(built.library, folder, { environment: { ONELOCK_SKF_FAULTS: fault } });
    const starting = startHostedDriver(config, { timeouts: { startMs: fault.startsWith('hang') ? 3000 : 60_000 } });
    await expect(failure(starting)).resolves.toFailWith(code);
    expect(childrenOf(process.pid)).toEqual(before);
    expect(existsSync(folder)).toBe(true);
  });

  it('whose device cannot be connected is left out, and comes when it can', async () => {
    const { driver, device, order, folder } = await start();
    renameSync(device, path.join(path.dirname(folder), 'away'));
    await until(async () => (await driver.listDevices()).length === 0);
    order('fail SKF_ConnectDev 0x0A000001');
    renameSync(path.join(path.dirname(folder), 'away'), device);
    await until(async () => (await driver.listDevices()).length === 1);
    expect(existsSync(path.join(folder, 'faults'))).toBe(false);
  });
});
