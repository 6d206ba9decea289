import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePem, utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type DeviceId, type SessionId, type TokenDriver, tokenCapabilities } from '../src/port/index.ts';
import { createSkfDriver } from '../src/skf/index.ts';
import { pinOf } from './driver-suite.ts';
import {
  buildSkfLibrary,
  type SkfBuild,
  type SkfLibraryFile,
  type SkfTokenChanges,
  skfCompiler,
  skfParts,
  skfPin,
  writeForeignContainer,
  writeSkfToken,
} from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';
import { ecIdentity, rsaIdentity, sm2Identity } from './test-keys.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const ops = createNodeCrypto();
const message = utf8Encode('投标文件 bid.pdf');
const input = { kind: 'message', bytes: message } as const;
const sm2 = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

requireReal(skfParts, skfCompiler())('an SKF token', (compiler) => {
  const builds = [
    { packing: 'pack1', ulongBytes: 4 },
    { packing: 'natural', ulongBytes: 4 },
    { packing: 'pack1', ulongBytes: 8 },
    { packing: 'natural', ulongBytes: 8 },
  ] as const satisfies readonly SkfBuild[];
  const libraries = new Map<SkfBuild, SkfLibraryFile>();
  const libraryOf = (build: SkfBuild): string => libraries.get(build)?.library ?? '';

  beforeAll(() => {
    for (const build of builds) libraries.set(build, buildSkfLibrary(compiler, build));
  });
  afterAll(() => {
    for (const { remove } of libraries.values()) remove();
  });

  interface Wanted extends NonNullable<Parameters<typeof skfConfig>[2]> {
    readonly build?: SkfBuild;
    readonly token?: SkfTokenChanges;
  }

  async function start({ build = builds[0], token, ...changes }: Wanted = {}) {
    const { folder, remove } = newSkfFolder();
    endings.push(remove);
    const device = writeSkfToken(folder, token);
    const before = process.cwd();
    endings.push(() => process.chdir(before));
    process.chdir(folder);
    const driver = await createSkfDriver(skfConfig(libraryOf(build), folder, changes));
    endings.push(() => driver.close());
    return { driver, folder, device };
  }

  const firstId = async (driver: TokenDriver): Promise<DeviceId> => {
    const [first] = await driver.listDevices();
    if (first === undefined) throw new Error('no device');
    return first.id;
  };

  describe('of every layout of structures', () => {
    it.each(builds)('%j shows what it is and signs', async (build) => {
      const { driver } = await start({ build, quirks: build });
      const [device] = await driver.listDevices();
      expect([...(device?.capabilities ?? [])].sort()).toEqual(
        tokenCapabilities.filter((capability) => capability !== 'unblock-pin-remote').toSorted(),
      );
      expect(device).toMatchObject({
        id: 'SKF-0001/SJKJ',
        label: '演示密钥',
        serialNumber: 'SKF-0001',
        vendor: '测试厂商',
        firmwareVersion: '3.4',
        freeSpace: 32_768,
        algorithms: ['rsa', 'sm2'],
      });
      const id = await firstId(driver);
      const session = await driver.openSession(id, pinOf(skfPin));
      const signature = await driver.sign(session, sm2Identity.id, sm2, input);
      const { publicKey } = parseCertificate(sm2Identity.signing.certificate);
      expect(ops.verify(publicKey, sm2, message, signature)).toBe(true);
    });

    it.each([
      [builds[1], builds[0], 'packing', 'natural'],
      [builds[0], builds[1], 'packing', 'pack1'],
      [builds[2], builds[0], 'ulongBytes', '8'],
      [builds[1], builds[3], 'ulongBytes', '4'],
    ] as const)('%j is named when it is configured as %j', async (build, quirks, field, value) => {
      for (const traits of ['', 'fieldwise']) {
        const environment = { ONELOCK_SKF_TRAITS: traits };
        const error = await failure(start({ build, quirks, environment }));
        expect(error).toFailWith('ERR_DRIVER_CONFIG_INVALID');
        expect(error).toMatchObject({
          params: { field: `/quirks/${field}`, rule: expect.stringContaining(`must be ${value}`) },
        });
      }
    });
  });

  it('holds a signing and an encryption certificate in one container', async () => {
    const { driver } = await start();
    const identities = await driver.listIdentities(await firstId(driver));
    expect(identities).toMatchObject([
      { id: rsaIdentity.id, signingCertificate: rsaIdentity.signing.certificate, encryptionCertificate: null },
      {
        id: sm2Identity.id,
        signingCertificate: sm2Identity.signing.certificate,
        encryptionCertificate: sm2Identity.encryption?.certificate,
      },
    ]);
    expect(identities[1]?.label).toContain('CN=');
  });

  it('is a device per application, each with its own PIN, unless the configuration names the ones to show', async () => {
    const applications = ['SJKJ', '电子保函'];
    const { driver } = await start({ token: { applications } });
    const devices = await driver.listDevices();
    expect(devices.map(({ id }) => id)).toEqual(['SKF-0001/SJKJ', 'SKF-0001/电子保函']);
    expect(devices[1]?.label).toBe('演示密钥 (电子保函)');
    await failure(driver.openSession('SKF-0001/SJKJ' as DeviceId, pinOf('000000')));
    expect(await driver.pinStatus('SKF-0001/SJKJ' as DeviceId)).toMatchObject({ retriesLeft: 7 });
    expect(await driver.pinStatus('SKF-0001/电子保函' as DeviceId)).toMatchObject({ retriesLeft: 8 });
    const filtered = await start({ token: { applications }, quirks: { applications: ['电子保函'] } });
    expect((await filtered.driver.listDevices()).map(({ id, label }) => [id, label])).toEqual([
      ['SKF-0001/电子保函', '演示密钥'],
    ]);
  });

  it('has not left when another program keeps it locked', async () => {
    const { driver, folder } = await start();
    const id = await firstId(driver);
    const session = await driver.openSession(id, pinOf(skfPin));
    let answer: unknown = [];
    // The driver looks by itself now and then, and may meet the lock before we do.
    for (let attempt = 0; attempt < 5 && Array.isArray(answer); attempt += 1) {
      writeFileSync(path.join(folder, 'faults'), 'fail SKF_GetDevInfo 0x0A00000F');
      answer = await failure(driver.listDevices());
    }
    expect(answer).toFailWith('ERR_TOKEN_BUSY');
    expect((await driver.listDevices())[0]?.insertion).toBe(1);
    expect(await driver.sign(session, rsaIdentity.id, rsa, input)).toHaveLength(256);
  });

  it('is told from another of the same serial number', async () => {
    const { driver, folder } = await start();
    writeSkfToken(folder, { device: 'Soft SKF 1', label: '第二把' });
    const ids = (await driver.listDevices()).map(({ id }) => id);
    expect(ids).toEqual(['SKF-0001/SJKJ', 'SKF-0001@Soft SKF 1/SJKJ']);
    const sessions = [];
    for (const id of ids) sessions.push(await driver.openSession(id, pinOf(skfPin)));
    for (const session of sessions) expect(await driver.sign(session, rsaIdentity.id, rsa, input)).toHaveLength(256);
    rmSync(path.join(folder, 'Soft SKF 0'), { recursive: true });
    expect((await driver.listDevices()).map(({ id, insertion }) => [id, insertion])).toEqual([[ids[1], 2]]);
    expect(await driver.sign(sessions[1] as SessionId, rsaIdentity.id, rsa, input)).toHaveLength(256);
    await expect(failure(driver.sign(sessions[0] as SessionId, rsaIdentity.id, rsa, input))).resolves.toFailWith(
      'ERR_TOKEN_REMOVED',
    );
  });

  it('is one device however often its library names it', async () => {
    const { driver } = await start({ environment: { ONELOCK_SKF_TRAITS: 'stutters' } });
    for (let look = 0; look < 2; look += 1)
      expect((await driver.listDevices()).map(({ id, insertion }) => [id, insertion])).toEqual([['SKF-0001/SJKJ', 1]]);
  });

  it('shows its other containers when one cannot be read, and says why when none can', async () => {
    const { driver, folder } = await start();
    const id = await firstId(driver);
    writeFileSync(path.join(folder, 'faults'), 'fail SKF_OpenContainer 0x0A000001');
    expect((await driver.listIdentities(id)).map((identity) => identity.id)).toEqual([sm2Identity.id]);
    const none = await start({ environment: { ONELOCK_SKF_FAULTS: 'fail SKF_OpenContainer 0x0A000001' } });
    expect(await failure(none.driver.listIdentities(await firstId(none.driver)))).toMatchObject({
      code: 'ERR_TOKEN_NATIVE_FAILURE',
      params: { api: 'SKF_OpenContainer' },
    });
  });

  it('has a certificate whatever its library gives out behind it', async () => {
    const { driver, device } = await start();
    appendFileSync(path.join(device, 'SJKJ', sm2Identity.id, 'sign.cer'), Buffer.alloc(300));
    const id = await firstId(driver);
    expect((await driver.listIdentities(id))[1]?.signingCertificate).toEqual(sm2Identity.signing.certificate);
    const session = await driver.openSession(id, pinOf(skfPin));
    const signature = await driver.sign(session, sm2Identity.id, sm2, input);
    const { publicKey } = parseCertificate(sm2Identity.signing.certificate);
    expect(ops.verify(publicKey, sm2, message, signature)).toBe(true);
  });

  it.each(['says-nothing', 'stuck-random'])('gives no random bytes that are none: %s', async (traits) => {
    const { driver } = await start({ environment: { ONELOCK_SKF_TRAITS: traits } });
    const id = await firstId(driver);
    const draws = [await failure(driver.random(id, 32)), await failure(driver.random(id, 32))];
    expect(draws[1]).toMatchObject({
      code: 'ERR_TOKEN_NATIVE_FAILURE',
      params: { api: 'SKF_GenRandom', name: 'NOT_RANDOM' },
    });
  });

  it('is not taken for locked when its library says yes to SKF_GetPINInfo and tells nothing', async () => {
    const { driver } = await start({ environment: { ONELOCK_SKF_TRAITS: 'says-nothing' } });
    const id = await firstId(driver);
    expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: null, retriesMax: null, locked: false });
    expect(await driver.openSession(id, pinOf(skfPin))).toBeTypeOf('string');
  });

  it('says when the factory PIN is in use, and spends one try per wrong PIN and none per right one', async () => {
    const { driver, device } = await start({ token: { factoryPin: true, retries: 3 } });
    const id = await firstId(driver);
    const triesWritten = () => Number(readFileSync(path.join(device, 'SJKJ/pin'), 'utf8').split(' ')[1]);
    expect(await driver.pinStatus(id)).toMatchObject({ isDefault: true, retriesLeft: 3, retriesMax: 3, low: false });
    const wrong = await failure(driver.openSession(id, pinOf('000000')));
    expect(wrong).toMatchObject({ params: { retriesLeft: 2 }, native: { name: 'SAR_PIN_INCORRECT' } });
    expect(triesWritten()).toBe(2);
    await driver.closeSession(await driver.openSession(id, pinOf(skfPin)));
    expect(triesWritten()).toBe(3);
    await expect(failure(driver.openSession(id, pinOf('1234\u000056')))).resolves.toFailWith('ERR_TOKEN_PIN_LENGTH');
    expect(triesWritten()).toBe(3);
  });

  it('takes the tries from SKF_VerifyPIN where the library has no SKF_GetPINInfo', async () => {
    const { driver } = await start({ environment: { ONELOCK_SKF_FAULTS: 'fail SKF_GetPINInfo 0x0A000003' } });
    const id = await firstId(driver);
    expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: null, retriesMax: null, isDefault: null });
    const wrong = await failure(driver.openSession(id, pinOf('000000')));
    expect(wrong).toMatchObject({ code: 'ERR_TOKEN_PIN_INCORRECT', params: { retriesLeft: 7 } });
    expect(await driver.openSession(id, pinOf(skfPin))).toBeTypeOf('string');
  });

  it('remembers those for the next time, so that a last try is warned of, until the PIN is right', async () => {
    const environment = { ONELOCK_SKF_FAULTS: 'fail SKF_GetPINInfo 0x0A000003' };
    const { driver } = await start({ environment, token: { retries: 3 } });
    const id = await firstId(driver);
    for (const left of [2, 1]) {
      await failure(driver.openSession(id, pinOf('000000')));
      expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: left, low: true, locked: false });
    }
    expect(await driver.openSession(id, pinOf(skfPin))).toBeTypeOf('string');
    expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: null, low: false });
  });

  it('locks at the last try, and then no PIN is given to the library any more', async () => {
    const { driver, device } = await start({ token: { retries: 1 } });
    const id = await firstId(driver);
    await expect(failure(driver.openSession(id, pinOf('000000')))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    expect(await driver.pinStatus(id)).toMatchObject({ locked: true, retriesLeft: 0 });
    // A library that were asked would now say yes.
    const pinFile = path.join(device, 'SJKJ/pin');
    writeFileSync(path.join(path.dirname(device), 'faults'), 'fail SKF_VerifyPIN 0');
    await expect(failure(driver.openSession(id, pinOf(skfPin)))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    expect(readFileSync(pinFile, 'utf8')).toMatch(/ 0 1 0\n$/);
    expect(readFileSync(path.join(path.dirname(device), 'faults'), 'utf8')).toContain('SKF_VerifyPIN');
  });

  it('hands no signature on that its certificate does not verify', async () => {
    // This library pads what it gets; what it gets is a bare digest, and it says SAR_OK.
    const { driver } = await start({ quirks: { rsaSignInput: 'digest' } });
    const session = await driver.openSession(await firstId(driver), pinOf(skfPin));
    const digest = { kind: 'digest', bytes: ops.digest('sha256', message) } as const;
    for (const given of [input, digest])
      expect(await failure(driver.sign(session, rsaIdentity.id, rsa, given))).toMatchObject({
        code: 'ERR_TOKEN_NATIVE_FAILURE',
        params: { api: 'SKF_RSASignData', name: 'SIGNATURE_DOES_NOT_VERIFY' },
      });
  });

  it('signs with no key that SKF does not know', async () => {
    const { driver, device } = await start();
    writeForeignContainer(path.join(device, 'SJKJ'));
    const session = await driver.openSession(await firstId(driver), pinOf(skfPin));
    const ecdsa = { kind: 'ecdsa', digest: 'sha256' } as const;
    await expect(failure(driver.sign(session, ecIdentity.id, ecdsa, input))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
  });

  it('is not there when the file is no library, or none of SKF', async () => {
    for (const library of ['/nowhere/libskf.so', '/usr/lib/x86_64-linux-gnu/libm.so.6', 'libskf.so'])
      await expect(failure(createSkfDriver({ id: 'key', family: 'skf', library })), library).resolves.toFailWith(
        'ERR_DRIVER_NOT_INSTALLED',
      );
  });

  it('is shown by onelock driver list', () => {
    const { folder, remove } = newSkfFolder();
    endings.push(remove);
    writeSkfToken(folder, { factoryPin: true });
    const { stdout, status } = spawnSync(process.execPath, ['--conditions=onelock-source', cli, 'driver', 'list'], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH ?? '',
        LANG: 'zh_CN.UTF-8',
        ONELOCK_AGENT_DRIVERS: JSON.stringify([skfConfig(libraryOf(builds[0]), folder)]),
      },
    });
    expect(stdout).toContain('soft-skf · skf · soft-skf · GM/T 0016  正常');
    expect(stdout).toContain('演示密钥');
    expect(stdout).toContain('PIN 剩余次数 8 · 仍为出厂 PIN');
    expect(status).toBe(0);
  });

  requireReal('OpenSSL', opensslCommand())('and OpenSSL', (openssl) => {
    it('agree on SM2 with the signer’s id, and on no other id', async () => {
      const { driver } = await start();
      const session = await driver.openSession(await firstId(driver), pinOf(skfPin));
      const work = mkdtempSync(path.join(tmpdir(), 'onelock-skf-openssl-'));
      endings.push(() => rmSync(work, { recursive: true, force: true }));
      const { publicKey } = parseCertificate(sm2Identity.signing.certificate);
      const file = (name: string, content: string | Uint8Array): string => {
        writeFileSync(path.join(work, name), content);
        return path.join(work, name);
      };
      const key = file('key.pem', encodePem('PUBLIC KEY', publicKey.spki));
      const data = file('message', message);
      const signature = file('signature', await driver.sign(session, sm2Identity.id, sm2, input));
      const verify = (id: string) =>
        spawnSync(openssl, [
          ...['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-digest', 'sm3', '-in', data],
          ...['-sigfile', signature, '-pkeyopt', `distid:${id}`],
        ]).status;
      expect(verify('1234567812345678')).toBe(0);
      expect(verify('1234567812345679')).not.toBe(0);
    });
  });
});
