// npm run test:long -- drivers: 200 random faults in a row. After each one both keys sign again, every PIN try and every
// certificate is still there, and at the end this process holds no more memory, handles or processes than at the beginning.

import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type HostedDriver, startHostedDriver } from '../src/host/index.ts';
import type { DeviceId } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { childrenOf, until } from './processes.ts';
import { buildSkfLibrary, skfCompiler, skfParts, skfPin, writeSkfToken } from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { sm2Identity } from './test-keys.ts';

const rounds = Number(process.env.ONELOCK_FAULT_ROUNDS ?? 200);
const seed = Number(process.env.ONELOCK_FAULT_SEED ?? Date.now() % 1_000_000_007);
/** What was held before and after, beside the set's own result. */
const record = fileURLToPath(new URL('../../test-results/long/driver-faults.json', import.meta.url));
const backWithinMs = 60_000;
const message = { kind: 'message', bytes: utf8Encode('投标文件') } as const;
const sm2 = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const ops = createNodeCrypto();
const publicKey = parseCertificate(sm2Identity.signing.certificate).publicKey;

/** Park and Miller: the same faults again for the same seed. */
function numbersFrom(start: number): (below: number) => number {
  let state = (start % 2_147_483_646) + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** A key, and how it signs; whoever calls gets a verified signature or a coded error. */
interface KeyUnderFire {
  readonly driver: HostedDriver;
  readonly id: DeviceId;
  readonly pin: string;
  readonly place: string;
  readonly aside: string;
}

async function sign({ driver, id, pin }: KeyUnderFire): Promise<void> {
  const session = await driver.openSession(id, pinOf(pin));
  try {
    const signature = await driver.sign(session, sm2Identity.id, sm2, message);
    if (!ops.verify(publicKey, sm2, message.bytes, signature)) throw new Error('a signature that does not verify');
  } finally {
    await driver.closeSession(session).catch(coded);
  }
}

function coded(error: unknown): void {
  if (!isCodedError(error)) throw error;
}

/** What the token holds that no fault may change. */
async function contentsOf({ driver, id }: KeyUnderFire): Promise<string> {
  const { retriesLeft, retriesMax, locked } = await driver.pinStatus(id);
  const identities = await driver.listIdentities(id);
  const hex = (der: Uint8Array | null): string => Buffer.from(der ?? []).toString('hex');
  const rows = identities.map((each) => [each.id, hex(each.signingCertificate), hex(each.encryptionCertificate)]);
  return JSON.stringify([retriesLeft, retriesMax, locked, rows.sort()]);
}

async function soundAgain(key: KeyUnderFire): Promise<void> {
  let last: unknown;
  const giveUpAt = performance.now() + backWithinMs;
  while (performance.now() < giveUpAt) {
    try {
      await key.driver.listDevices();
      await sign(key);
      return;
    } catch (error) {
      coded(error);
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw last;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 4; round += 1) collect();
}

/** Of this process: the agent's side. */
function holdings() {
  collectGarbage();
  return {
    rssMegabytes: Math.round(process.memoryUsage().rss / 1024 ** 2),
    heapMegabytes: Math.round(process.memoryUsage().heapUsed / 1024 ** 2),
    handles: readdirSync('/proc/self/fd').length,
    processes: childrenOf(process.pid).length,
    timersAndSockets: process.getActiveResourcesInfo().length,
  };
}

requireReal(skfParts, skfCompiler())('driver hosts under fire', (compiler) => {
  const endings: (() => Promise<void> | void)[] = [];
  afterAll(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  it(`${rounds} random faults lose nothing and leak nothing (seed ${seed})`, async () => {
    const below = numbersFrom(seed);
    const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
    const built = buildSkfLibrary(compiler);
    endings.push(() => built.remove());
    const timeouts = {
      signMs: 2500,
      openSessionMs: 2500,
      listDevicesMs: 2500,
      listIdentitiesMs: 2500,
      pinStatusMs: 2500,
    };

    const skfFolder = newSkfFolder();
    endings.push(skfFolder.remove);
    const skfPlace = writeSkfToken(skfFolder.folder);
    const skfDriver = await startHostedDriver(skfConfig(built.library, skfFolder.folder), { timeouts });
    endings.push(() => skfDriver.close());
    const soft = newTokenFolder();
    endings.push(soft.remove);
    const softPlace = await writeTestToken(soft.folder);
    const softDriver = await startHostedDriver(
      { id: 'soft', family: 'soft', folder: soft.folder },
      { timeouts: { ...timeouts, openSessionMs: 20_000 } },
    );
    endings.push(() => softDriver.close());
    const aside = (place: string): string => path.join(path.dirname(path.dirname(place)), 'pulled-out');
    const skf: KeyUnderFire = {
      driver: skfDriver,
      id: (await skfDriver.listDevices())[0]?.id ?? ('' as DeviceId),
      pin: skfPin,
      place: skfPlace,
      aside: aside(skfPlace),
    };
    const file: KeyUnderFire = {
      driver: softDriver,
      id: 'demo' as DeviceId,
      pin: '123456',
      place: softPlace,
      aside: aside(softPlace),
    };

    /** A fault that the library commits at its next call of the function. */
    const order = (fault: string) => async (): Promise<void> => {
      writeFileSync(path.join(skfFolder.folder, 'faults'), fault);
      await sign(skf).catch(coded);
      rmSync(path.join(skfFolder.folder, 'faults'), { force: true });
      // `unplug` of the library itself puts the device aside under another name.
      const out = path.join(skfFolder.folder, `.${path.basename(skfPlace)}.out`);
      if (existsSync(out)) renameSync(out, skfPlace);
    };
    const kill = (key: KeyUnderFire) => async (): Promise<void> => {
      const signing = sign(key).catch(coded);
      await new Promise((resolve) => setTimeout(resolve, below(60)));
      const { pid } = key.driver.status();
      if (pid !== null) process.kill(pid, 'SIGKILL');
      await signing;
    };
    const unplug = (key: KeyUnderFire) => async (): Promise<void> => {
      const signing = sign(key).catch(coded);
      await new Promise((resolve) => setTimeout(resolve, below(60)));
      renameSync(key.place, key.aside);
      await signing;
      await key.driver.listDevices().catch(coded);
      renameSync(key.aside, key.place);
    };
    const called = ['SKF_ECCSignData', 'SKF_VerifyPIN', 'SKF_EnumDev', 'SKF_OpenApplication', 'SKF_OpenContainer'];
    const faults: readonly { readonly name: string; readonly on: KeyUnderFire; readonly act: () => Promise<void> }[] = [
      ...called.flatMap((name) => [
        { name: `crash ${name}`, on: skf, act: order(`crash ${name}`) },
        { name: `fail ${name}`, on: skf, act: order(`fail ${name} 0x0A000001`) },
        { name: `slow ${name}`, on: skf, act: order(`slow ${name} 300`) },
        { name: `unplug ${name}`, on: skf, act: order(`unplug ${name}`) },
      ]),
      { name: 'hang SKF_ECCSignData', on: skf, act: order('hang SKF_ECCSignData') },
      { name: 'hang SKF_VerifyPIN', on: skf, act: order('hang SKF_VerifyPIN') },
      { name: 'kill -9 of the SKF host', on: skf, act: kill(skf) },
      { name: 'kill -9 of the soft host', on: file, act: kill(file) },
      { name: 'pull of the SKF key', on: skf, act: unplug(skf) },
      { name: 'pull of the soft key', on: file, act: unplug(file) },
    ];

    await Promise.all([soundAgain(skf), soundAgain(file)]);
    const contents = [await contentsOf(skf), await contentsOf(file)];
    let before = holdings();
    const done = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      const fault = pick(faults);
      done.set(fault.name, (done.get(fault.name) ?? 0) + 1);
      const other = fault.on === skf ? file : skf;
      // The other key is used all the while.
      const [, undisturbed] = await Promise.allSettled([fault.act(), sign(other)]);
      if (undisturbed.status === 'rejected')
        throw new Error(`${fault.name} disturbed the other key`, { cause: undisturbed.reason });
      await soundAgain(fault.on);
      expect([await contentsOf(skf), await contentsOf(file)], `after ${fault.name}, round ${round}`).toEqual(contents);
      // What is built up once, caches and compiled code, is no leak.
      if (round === Math.floor(rounds / 4)) before = holdings();
    }
    await until(() => skfDriver.status().state === 'running' && softDriver.status().state === 'running', backWithinMs);
    await until(() => childrenOf(process.pid).length === before.processes, backWithinMs);
    const after = holdings();
    const found = { seed, rounds, at: new Date().toISOString(), before, after, faults: Object.fromEntries(done) };
    writeFileSync(record, `${JSON.stringify(found, null, 2)}\n`);
    process.stdout.write(`${JSON.stringify(found)}\n`);
    expect(after.processes).toBe(2);
    expect(after.handles).toBeLessThanOrEqual(before.handles + 4);
    expect(after.timersAndSockets).toBeLessThanOrEqual(before.timersAndSockets + 6);
    expect(after.heapMegabytes).toBeLessThanOrEqual(before.heapMegabytes + 12);
    expect(after.rssMegabytes).toBeLessThanOrEqual(before.rssMegabytes + 60);
  });
});
