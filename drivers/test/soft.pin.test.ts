import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceId, TokenDriver } from '../src/port/index.ts';
import { createSoftDriver, type SoftTokenContents } from '../src/soft/index.ts';
import { pinOf } from './driver-suite.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';

const demo = 'demo' as DeviceId;
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(changes: Partial<SoftTokenContents> = {}) {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  const file = await writeTestToken(folder, changes);
  return { folder, file, driver: await open(folder) };
}

async function open(folder: string): Promise<TokenDriver> {
  const driver = await createSoftDriver({ id: 'soft', family: 'soft', folder });
  endings.push(() => driver.close());
  return driver;
}

const tryPin = (driver: TokenDriver, pin: string): Promise<unknown> =>
  driver.openSession(demo, pinOf(pin)).catch((error) => error);
const retriesIn = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8')).pin.retriesLeft;

describe("a soft token's PIN", () => {
  it('counts down to the lock, which the right PIN does not open and a restart does not forget', async () => {
    const { driver, folder } = await start({ pinRetries: 3 });
    expect(await driver.pinStatus(demo)).toMatchObject({ retriesLeft: 3, retriesMax: 3, low: false, locked: false });
    const first = await tryPin(driver, '000000');
    expect(first).toFailWith('ERR_TOKEN_PIN_INCORRECT');
    expect(first).toMatchObject({ params: { retriesLeft: 2 } });
    expect(await tryPin(driver, '000001')).toMatchObject({ params: { retriesLeft: 1 } });
    expect(await driver.pinStatus(demo)).toMatchObject({ retriesLeft: 1, low: true });
    expect(await tryPin(driver, '000002')).toFailWith('ERR_TOKEN_PIN_LOCKED');
    expect(await tryPin(driver, '123456')).toFailWith('ERR_TOKEN_PIN_LOCKED');
    const afterRestart = await open(folder);
    expect(await afterRestart.pinStatus(demo)).toMatchObject({ retriesLeft: 0, locked: true });
    expect(await tryPin(afterRestart, '123456')).toFailWith('ERR_TOKEN_PIN_LOCKED');
  });

  it('locks after six wrong tries unless the token says otherwise', async () => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    const file = await writeTestToken(folder, { pinRetries: undefined as never });
    expect(retriesIn(file)).toBe(6);
  });

  it('gets all tries back by the right PIN', async () => {
    const { driver, file } = await start({ pinRetries: 4 });
    await tryPin(driver, '000000');
    expect(retriesIn(file)).toBe(3);
    await driver.openSession(demo, pinOf('123456'));
    expect(retriesIn(file)).toBe(4);
  });

  it('has the try written down before it is checked', async () => {
    const { driver, file } = await start({ pinRetries: 5 });
    let answered = false;
    const checking = driver.openSession(demo, pinOf('123456')).then(() => {
      answered = true;
    });
    while (retriesIn(file) === 5 && !answered) await new Promise((resolve) => setImmediate(resolve));
    expect({ answered, left: retriesIn(file) }).toEqual({ answered: false, left: 4 });
    await checking;
    expect(retriesIn(file)).toBe(5);
  });

  it('is not checked at all when the try cannot be written down', async () => {
    const { driver, file } = await start({ pinRetries: 5 });
    mkdirSync(path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`));
    expect(await tryPin(driver, '123456')).toFailWith('ERR_TOKEN_NATIVE_FAILURE');
    expect(retriesIn(file)).toBe(5);
  });

  it('counts each of several tries made at once', async () => {
    const { driver, file } = await start({ pinRetries: 6 });
    const outcomes = await Promise.all(['000000', '000001', '000002'].map((pin) => tryPin(driver, pin)));
    for (const outcome of outcomes) expect(outcome).toFailWith('ERR_TOKEN_PIN_INCORRECT');
    expect(retriesIn(file)).toBe(3);
  });

  it('says when it is still the factory PIN', async () => {
    const factory = await start({ defaultPin: true });
    expect((await factory.driver.pinStatus(demo)).isDefault).toBe(true);
    const changed = await start();
    expect((await changed.driver.pinStatus(demo)).isDefault).toBe(false);
  });

  it('is nowhere in the file, nor is any key in the clear', async () => {
    const { file } = await start({ pin: '13572468' });
    const text = readFileSync(file, 'latin1');
    expect(text).not.toContain('13572468');
    expect(text).not.toContain(Buffer.from('13572468').toString('base64').slice(0, 10));
    // PKCS#8 of any of our keys begins with SEQUENCE { INTEGER 0 …: MIG…, MIIE… in base64, as certificates never do here.
    expect(JSON.parse(text).identities.length).toBeGreaterThan(0);
    for (const { signing } of JSON.parse(text).identities)
      expect(Buffer.from(signing.key.ciphertext, 'base64').includes(Buffer.from([0x02, 0x01, 0x00, 0x30]))).toBe(false);
  });
});
