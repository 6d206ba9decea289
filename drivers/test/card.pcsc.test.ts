import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { decodePem, encodePem, utf8Encode } from '@onelock/core/bytes';
import { decodeEcdsaSignature } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { createCardDriver } from '../src/card/index.ts';
import { openPcscReaders } from '../src/card/transport/pcsc/pcsc-readers.ts';
import { type HostedDriver, startHostedDriver } from '../src/host/index.ts';
import { type DeviceId, hostUserNumber, type TokenDriver } from '../src/port/index.ts';
import { CardBench, shows } from './card-bench.ts';
import { cardParts, cardToolsFile, pcscDaemon } from './card-parts.ts';
import { pinOf } from './driver-suite.ts';
import { gmConfig, gmContainer, gmPin, newGmCard } from './gm-under-test.ts';
import { newOpenPgpCard, openPgpConfig, openPgpEncryption, openPgpPin } from './openpgp-under-test.ts';
import { newPivCard, pivConfig, pivPin } from './piv-under-test.ts';
import { until } from './processes.ts';
import { ecIdentity, rsaIdentity, sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const run = promisify(execFile);
const message = utf8Encode('投标文件 bid.pdf');
const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const ecdsa = { kind: 'ecdsa', digest: 'sha256' } as const;
const sm2 = { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') } as const;
const input = { kind: 'message', bytes: message } as const;
const failing = <T>(promise: Promise<T>) => promise.catch((error) => error);
/** Far above what it takes, for a machine that is busy with others. */
const patient = 60_000;

requireReal(cardParts, pcscDaemon())('cards through pcscd', () => {
  let bench: CardBench;
  const drivers: TokenDriver[] = [];
  beforeAll(async () => {
    bench = await CardBench.start();
  });
  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.close()));
    await bench.empty();
  });
  afterAll(() => bench.stop());

  const keep = async <T extends TokenDriver>(driver: T, devices: number): Promise<T> => {
    drivers.push(driver);
    await shows(driver, devices);
    return driver;
  };
  const start = async (config = pivConfig(bench), devices = 1): Promise<TokenDriver> =>
    keep(await createCardDriver(config), devices);
  const startHosted = async (config = pivConfig(bench), options = {}): Promise<HostedDriver> =>
    keep(await startHostedDriver(config, options), 1);
  const firstOf = async (driver: TokenDriver): Promise<DeviceId> => {
    const [device] = await driver.listDevices();
    if (device === undefined) throw new Error('no device');
    return device.id;
  };

  it('are driven by a host that is no more than its own user', { timeout: patient }, async () => {
    await bench.insert(newPivCard());
    const driver = await startHosted();
    const status = readFileSync(`/proc/${driver.status().pid}/status`, 'utf8');
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(hostUserNumber('piv')));
    expect(/^CapEff:\s+(\w+)/m.exec(status)?.[1]).toBe('0000000000000000');
  });

  it('of two kinds are used at once, and beside each other', { timeout: patient }, async () => {
    await bench.insert(newPivCard(), 0);
    await bench.insert(newGmCard(), 1);
    const both = { ...pivConfig(bench), quirks: { applications: [{ kind: 'piv' }, { kind: 'gmt0017' }] } } as const;
    const driver = await start(both as unknown as ReturnType<typeof pivConfig>, 2);
    const devices = await driver.listDevices();
    const piv = devices.find(({ algorithms }) => algorithms.includes('rsa'));
    const gm = devices.find(({ algorithms }) => algorithms.includes('sm2'));
    if (piv === undefined || gm === undefined) throw new Error('not both');
    const sessions = await Promise.all([
      driver.openSession(piv.id, pinOf(pivPin)),
      driver.openSession(gm.id, pinOf(gmPin)),
    ]);
    const [one, other] = await Promise.all([
      driver.sign(sessions[0], '9a', rsa, input),
      driver.sign(sessions[1], gmContainer, sm2, input),
    ]);
    expect(ops.verify(parseCertificate(rsaIdentity.signing.certificate).publicKey, rsa, message, one)).toBe(true);
    expect(ops.verify(parseCertificate(sm2Identity.signing.certificate).publicKey, sm2, message, other)).toBe(true);
    bench.reader(0).remove();
    await shows(driver, 1);
    await expect(failing(driver.sign(sessions[0], '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    expect((await driver.sign(sessions[1], gmContainer, sm2, input)).length).toBeGreaterThan(64);
  });

  it('are told of without being asked for, and are others after they left', { timeout: patient }, async () => {
    const driver = await start(pivConfig(bench), 0);
    const card = newPivCard();
    const times: number[] = [];
    for (let stay = 1; stay <= 2; stay += 1) {
      for (const count of [1, 0]) {
        const changed = Promise.withResolvers<void>();
        const stop = driver.onDevicesChanged(() => changed.resolve());
        const begun = performance.now();
        if (count === 1) await bench.insert(card);
        else bench.reader().remove();
        await changed.promise;
        times.push(performance.now() - begun);
        stop();
        await shows(driver, count);
        if (count === 1) expect((await driver.listDevices())[0]?.insertion).toBe(stay);
      }
    }
    // A second is what it should take, and what the matrix of drivers records; this leaves room for a busy machine.
    expect(Math.max(...times)).toBeLessThan(30_000);
  });

  it('are shared by two hosts act by act, never command by command', { timeout: patient }, async () => {
    const card = newPivCard();
    const log: string[] = [];
    await bench.insert(card);
    const [one, other] = [await startHosted(), await startHosted({ ...pivConfig(bench), id: 'piv-two' })];
    const device = await firstOf(one);
    const sessions = [
      await one.openSession(device, pinOf(pivPin)),
      await other.openSession(device, pinOf(pivPin)),
    ] as const;
    card.interference = (command, answer) => {
      log.push(command[1] === 0xa4 ? 'select' : 'use');
      return answer(command);
    };
    const signatures = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) =>
        index % 2 === 0 ? one.sign(sessions[0], '9a', rsa, input) : other.sign(sessions[1], '9a', rsa, input),
      ),
    );
    expect(signatures.every((signature) => signature.length === 256)).toBe(true);
    expect(log).toEqual(Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 'select' : 'use')));
  });

  it('that another program resets have forgotten the PIN, and the session with it', { timeout: patient }, async () => {
    await bench.insert(newPivCard());
    const driver = await start();
    const device = await firstOf(driver);
    const session = await driver.openSession(device, pinOf(pivPin));
    const readers = openPcscReaders('another');
    Object.assign(process.env, bench.environment);
    const [place] = await readers.look();
    if (place === undefined) throw new Error('no card');
    const connection = await readers.connect(place);
    await connection.reset();
    await connection.disconnect();
    await readers.close();
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
    const again = await driver.openSession(device, pinOf(pivPin));
    expect(await driver.sign(again, '9a', rsa, input)).toHaveLength(256);
  });

  it('that another program keeps to itself are busy, and no other card waits', { timeout: patient }, async () => {
    await bench.insert(newPivCard(), 0);
    await bench.insert(newGmCard(), 1);
    const driver = await start();
    const gm = await start(gmConfig(bench));
    const [device, other] = [await firstOf(driver), await firstOf(gm)];
    Object.assign(process.env, bench.environment);
    const readers = openPcscReaders('another');
    const place = (await readers.look()).find(({ name }) => name.endsWith('00 00'));
    if (place === undefined) throw new Error('no card');
    const connection = await readers.connect(place);
    const release = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holding = connection.exclusively(async () => {
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const waiting = failing(driver.openSession(device, pinOf(pivPin)));
    expect((await gm.listIdentities(other)).map(({ id }) => id)).toEqual([gmContainer]);
    await expect(waiting).resolves.toFailWith('ERR_TOKEN_BUSY');
    release.resolve();
    await holding;
    await connection.disconnect();
    await readers.close();
    expect(await driver.openSession(device, pinOf(pivPin))).toHaveLength(36);
    expect((await driver.listDevices())[0]?.insertion).toBe(1);
  });

  it('that are pulled out in the middle of a command are gone, and the host is not', { timeout: patient }, async () => {
    const card = newPivCard();
    await bench.insert(card);
    const driver = await startHosted();
    const device = await firstOf(driver);
    const session = await driver.openSession(device, pinOf(pivPin));
    const { pid } = driver.status();
    card.interference = (command, answer) => {
      if (command[1] === 0x87) bench.reader().remove();
      return answer(command);
    };
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    card.interference = null;
    await bench.insert(card);
    await shows(driver, 1);
    expect(driver.status().pid).toBe(pid);
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    const again = await driver.openSession(await firstOf(driver), pinOf(pivPin));
    expect(await driver.sign(again, '9a', rsa, input)).toHaveLength(256);
  });

  it('are gone with their service, and there again when it is', { timeout: patient }, async () => {
    const card = newPivCard();
    await bench.insert(card);
    const driver = await startHosted();
    const device = await firstOf(driver);
    const session = await driver.openSession(device, pinOf(pivPin));
    const { pid } = driver.status();
    await bench.interrupt();
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    await shows(driver, 0);
    bench.reader().remove();
    await bench.resume();
    await bench.insert(card);
    await shows(driver, 1);
    expect(driver.status().pid).toBe(pid);
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    const again = await driver.openSession(await firstOf(driver), pinOf(pivPin));
    expect(await driver.sign(again, '9a', rsa, input)).toHaveLength(256);
  });

  it('that never answer cost their call and their host, which comes back', { timeout: patient }, async () => {
    const card = newPivCard();
    await bench.insert(card);
    const driver = await startHosted(pivConfig(bench), { timeouts: { signMs: 1500 } });
    const device = await firstOf(driver);
    const session = await driver.openSession(device, pinOf(pivPin));
    card.interference = (command, answer) => (command[1] === 0x87 ? new Promise(() => undefined) : answer(command));
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_DRIVER_TIMEOUT');
    card.interference = null;
    bench.reader().remove();
    await bench.insert(card);
    await until(async () => driver.status().generation === 2 && driver.status().state === 'running');
    await shows(driver, 1);
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
  });

  requireReal("OpenSC's tools", cardToolsFile())('in the opinion of OpenSC', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'onelock-opensc-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const ask = async (tool: string, ...args: readonly string[]): Promise<string> => {
      const env = {
        PATH: '/usr/bin:/bin',
        HOME: folder,
        ...bench.environment,
        PIV_EXT_AUTH_KEY: path.join(folder, 'key'),
      };
      const { stdout } = await run(tool, args, { env, timeout: 30_000 });
      return stdout;
    };
    const present = async (name = 'Personal Identity Verification'): Promise<void> => {
      await until(async () => String(await failing(ask('opensc-tool', '--name'))).includes(name));
    };

    it('are PIV cards with three certificates and the number of ours', { timeout: patient }, async () => {
      await bench.insert(newPivCard());
      await present();
      expect(await ask('piv-tool', '--serial')).toContain('00 11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF');
      const list = await ask('pkcs15-tool', '--list-certificates');
      for (const name of ['PIV Authentication', 'Digital Signature', 'Key Management']) expect(list).toContain(name);
    });

    it('sign with the PIN, count a wrong one and change it as we do', { timeout: patient }, async () => {
      await bench.insert(newPivCard());
      await present();
      const [hash, made] = [path.join(folder, 'hash'), path.join(folder, 'signature')];
      writeFileSync(hash, ops.digest('sha256', message));
      const files = ['--sha-256', '--input', hash, '--output', made];
      await ask('pkcs15-crypt', '--sign', '--key', '02', '--pin', pivPin, '--signature-format', 'openssl', ...files);
      const key = parseCertificate(ecIdentity.signing.certificate).publicKey;
      const signature = Uint8Array.from(readFileSync(made));
      expect(decodeEcdsaSignature(signature, 'p256')).toHaveLength(64);
      expect(ops.verify(key, ecdsa, message, signature)).toBe(true);
      await expect(ask('pkcs15-tool', '--verify-pin', '--pin', '000000')).rejects.toThrow();
      await ask('pkcs15-tool', '--change-pin', '--pin', pivPin, '--new-pin', '654321');
      const driver = await start();
      const device = await firstOf(driver);
      expect(await failing(driver.openSession(device, pinOf(pivPin)))).toMatchObject({ params: { retriesLeft: 4 } });
      expect(await driver.openSession(device, pinOf('654321'))).toHaveLength(36);
    });

    it('are OpenPGP cards whose three certificates and keys are ours', { timeout: patient }, async () => {
      await bench.insert(newOpenPgpCard());
      await present('OpenPGP card v3.4 (F1D0 00000001)');
      const [hash, made] = [path.join(folder, 'hash'), path.join(folder, 'signature')];
      writeFileSync(hash, ops.digest('sha256', message));
      for (const [id, algorithm, certificate, form] of [
        ['01', ecdsa, ecIdentity.signing.certificate, ['--signature-format', 'openssl']],
        ['03', rsa, rsaIdentity.signing.certificate, ['--pkcs1']],
      ] as const) {
        const read = decodePem(await ask('pkcs15-tool', '--read-certificate', id));
        expect(read.map(({ bytes }) => bytes)).toEqual([certificate]);
        const files = ['--sha-256', '--input', hash, '--output', made];
        await ask('pkcs15-crypt', '--sign', '--key', id, '--pin', openPgpPin, ...form, ...files);
        const signature = Uint8Array.from(readFileSync(made));
        expect(ops.verify(parseCertificate(certificate).publicKey, algorithm, message, signature), id).toBe(true);
      }
      const encryption = decodePem(await ask('pkcs15-tool', '--read-certificate', '02'));
      expect(encryption.map(({ bytes }) => bytes)).toEqual([openPgpEncryption]);
      await expect(ask('pkcs15-tool', '--verify-pin', '--auth-id', '02', '--pin', '000000')).rejects.toThrow();
      const driver = await start(openPgpConfig(bench));
      expect(await driver.pinStatus(await firstOf(driver))).toMatchObject({ retriesLeft: 4 });
    });

    it('prove their management key to it, and take a certificate that is ours to use', {
      timeout: patient,
    }, async () => {
      const { certificate, pkcs8 } = rsaIdentity.signing;
      writeFileSync(path.join(folder, 'key'), '01:02:03:04:05:06:07:08:'.repeat(4).slice(0, -1));
      await bench.insert(newPivCard({ slots: { '9a': { pkcs8 } } }));
      await present();
      const file = path.join(folder, 'certificate.pem');
      writeFileSync(file, encodePem('CERTIFICATE', certificate));
      // It ends with the object's length as its exit code; what it wrote tells.
      await failing(ask('piv-tool', '--admin', 'M:9B:0C', '--cert', '9A', '--in', file));
      const driver = await start();
      const device = await firstOf(driver);
      expect(await driver.listIdentities(device)).toMatchObject([{ id: '9a', signingCertificate: certificate }]);
    });
  });

  it('that are none of ours are left alone', { timeout: patient }, async () => {
    const card = newGmCard();
    let commands = 0;
    card.interference = (command, answer) => {
      commands += 1;
      return answer(command);
    };
    await bench.insert(card);
    const only = { ...pivConfig(bench), atrs: [{ atr: '3b00' }] };
    const driver = await createCardDriver(only);
    const another = await createCardDriver({ ...pivConfig(bench), id: 'other' });
    drivers.push(driver, another);
    await until(async () => {
      await another.listDevices();
      return commands > 0;
    });
    const asked = commands;
    for (let count = 0; count < 3; count += 1) {
      expect(await driver.listDevices()).toEqual([]);
      expect(await another.listDevices()).toEqual([]);
    }
    expect(commands).toBe(asked);
  });
});
