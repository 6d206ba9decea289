import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type HostedDriver, startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, DriverConfig, PinPolicy } from '../src/port/index.ts';
import { CardBench, shows } from './card-bench.ts';
import { cardParts, pcscDaemon } from './card-parts.ts';
import { pinOf } from './driver-suite.ts';
import {
  buildP11Library,
  newP11Folder,
  objectFile,
  p11Compiler,
  p11Config,
  p11Parts,
  writeP11Token,
} from './p11-library.ts';
import { newPivCard, pivConfig, pivPin } from './piv-under-test.ts';
import { pkcs11Library, pkcs11Parts } from './pkcs11-parts.ts';
import { newStore, writeTestToken as writeHsmToken } from './pkcs11-under-test.ts';
import { buildSkfLibrary, skfCompiler, skfParts, skfPin, writeSkfToken } from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);

async function start(config: DriverConfig): Promise<{ readonly driver: HostedDriver; readonly id: DeviceId }> {
  const driver = await startHostedDriver(config);
  endings.push(() => driver.close());
  const [device] = await driver.listDevices();
  return { driver, id: device?.id ?? ('' as DeviceId) };
}

async function wrongPinsCostNothing(driver: HostedDriver, id: DeviceId): Promise<void> {
  const before = await driver.pinStatus(id);
  await expect(failure(driver.openSession(id, pinOf('12345a')))).resolves.toFailWith('ERR_TOKEN_PIN_CHARACTERS');
  await expect(failure(driver.openSession(id, pinOf('123456789')))).resolves.toFailWith('ERR_TOKEN_PIN_LENGTH');
  expect(await driver.pinStatus(id)).toEqual(before);
}

const pin: PinPolicy = { minLength: 6, maxLength: 8, characters: 'digits', warnAt: 9, factoryPins: ['123456'] };

describe("a vendor's word on PINs and seals", () => {
  it('holds for file tokens', async () => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    await writeTestToken(folder);
    const { driver, id } = await start({ id: 'soft', family: 'soft', folder, pin, seal: { place: 'service' } });
    await wrongPinsCostNothing(driver, id);
    expect(await driver.pinStatus(id)).toMatchObject({ minLength: 6, maxLength: 8, low: false });
    await failure(driver.openSession(id, pinOf('999999')));
    expect(await driver.pinStatus(id)).toMatchObject({ retriesLeft: 9, low: true });
    expect(await driver.listDevices()).toMatchObject([{ sealPlace: 'service' }]);
  });

  requireReal(pkcs11Parts, pkcs11Library())('on a token that says little (SoftHSM2)', (library) => {
    it('holds as well: length, characters, tries, and whether the PIN is the one of the factory', async () => {
      const { store, remove } = newStore(library);
      endings.push(remove);
      await writeHsmToken(store);
      const { driver, id } = await start({ id: 'hsm', family: 'pkcs11', ...store, pin: { ...pin, retries: 10 } });
      await wrongPinsCostNothing(driver, id);
      expect(await driver.pinStatus(id)).toMatchObject({ retriesMax: 10, isDefault: null, minLength: 6, maxLength: 8 });
      await driver.closeSession(await driver.openSession(id, pinOf('123456')));
      expect((await driver.pinStatus(id)).isDefault).toBe(true);
      await driver.changePin(id, pinOf('123456'), pinOf('864209'));
      expect((await driver.pinStatus(id)).isDefault).toBe(false);
    });
  });

  requireReal(cardParts, pcscDaemon())('on a PIV card', () => {
    it('holds as well', async () => {
      const bench = await CardBench.start();
      endings.push(() => bench.stop());
      await bench.insert(newPivCard(), 0);
      const { driver } = await start({ ...pivConfig(bench), pin: { ...pin, factoryPins: [pivPin] } });
      await shows(driver, 1);
      const id = (await driver.listDevices())[0]?.id ?? ('' as DeviceId);
      await wrongPinsCostNothing(driver, id);
      await driver.closeSession(await driver.openSession(id, pinOf(pivPin)));
      expect((await driver.pinStatus(id)).isDefault).toBe(true);
    });
  });

  requireReal(skfParts, skfCompiler())('on an SKF key', (compiler) => {
    it('holds as well, and the seal is told from other files', async () => {
      const { library, remove } = buildSkfLibrary(compiler);
      endings.push(remove);
      const place = newSkfFolder();
      endings.push(place.remove);
      const device = writeSkfToken(place.folder);
      const seal = { place: 'file', name: '*.esl', format: 'gbt-38540' } as const;
      const { driver, id } = await start({ ...skfConfig(library, place.folder), pin, seal });
      await wrongPinsCostNothing(driver, id);
      const application = path.join(device, id.split('/')[1] ?? '');
      writeFileSync(path.join(application, 'seal.esl'), new Uint8Array(10));
      writeFileSync(path.join(application, 'note'), new Uint8Array(3));
      expect(await driver.listFiles(id)).toEqual([
        { name: 'note', size: 3, needsPin: false },
        { name: 'seal.esl', size: 10, needsPin: false, seal: 'gbt-38540' },
      ]);
      await driver.closeSession(await driver.openSession(id, pinOf(skfPin)));
    });
  });

  requireReal(p11Parts, p11Compiler())('on a PKCS#11 token', (compiler) => {
    it('tells the seal among data objects', async () => {
      const { library, remove } = buildP11Library(compiler);
      endings.push(remove);
      const place = newP11Folder();
      endings.push(place.remove);
      const data = writeP11Token(place.folder);
      const seal = { place: 'data-object', label: '公章*' } as const;
      const { driver, id } = await start({ ...p11Config(library, place.folder), seal });
      const attributes = [
        [0x0, 0],
        [0x1, true],
        [0x2, false],
        [0x3, new TextEncoder().encode('公章1')],
        [0x11, new Uint8Array(9)],
      ] as const;
      writeFileSync(path.join(data, 'data', 'a.object'), objectFile(attributes));
      expect(await driver.listFiles(id)).toEqual([{ name: '公章1', size: 9, needsPin: false, seal: 'vendor' }]);
      expect(await driver.listDevices()).toMatchObject([{ sealPlace: 'data-object' }]);
    });
  });
});
