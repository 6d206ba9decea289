import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Reason } from '@onelock/core/verdict';
import { DriverStore, readDriverTrust } from '@onelock/drivers/catalogue';
import type { DriverConfig, Pin } from '@onelock/drivers/port';
import { createSoftToken } from '@onelock/drivers/soft';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sampleCatalogue, sampleManifest, signJson, untrustedKeeper } from '../../drivers/test/driver-signing.ts';
import { buildSkfLibrary, skfCompiler, skfParts, writeSkfToken } from '../../drivers/test/skf-library.ts';
import { sm2Identity } from '../../drivers/test/test-keys.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { DriverShelf, type DriverShelfOptions } from '../src/drivers/driver-shelf.ts';
import { type FleetEvent, TokenFleet } from '../src/tokens/fleet.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { connectPage, site } from './support/page-connection.ts';
import { type ServiceProcess, startService } from './support/service-process.ts';

const pki = fileURLToPath(new URL('../../vectors/pki/sm2/', import.meta.url));
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-shelf-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with the anchors of those who sign drivers. */
function newAnchors(): string {
  const folder = newFolder();
  for (const name of ['root.pem', 'intermediate.pem']) copyFileSync(path.join(pki, name), path.join(folder, name));
  return folder;
}

function newShelf(changes: Partial<DriverShelfOptions> = {}) {
  const told: (readonly DriverConfig[])[] = [];
  const recalled: string[][] = [];
  const problems: [string, Reason][] = [];
  const stateDir = newFolder();
  const shelf = new DriverShelf({
    stateDir,
    anchorsDir: newAnchors(),
    explicit: null,
    serviceUrl: null,
    ops: createNodeCrypto(),
    now: () => new Date(),
    environment: {},
    onChanged: (configs, ids) => {
      told.push(configs);
      recalled.push([...ids]);
    },
    onProblem: (what, reason) => problems.push([what, reason]),
    ...changes,
  });
  endings.push(() => shelf.close());
  return { shelf, told, recalled, problems, stateDir };
}

const idsOf = (configs: readonly DriverConfig[] | undefined) => configs?.map(({ id }) => id);
const here = { system: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'x64' } as const;
/** Any file that is there; it is hashed only when it is loaded. */
const present = { ...here, paths: ['/bin/sh'], builds: [{ version: '1', sha256: 'ab'.repeat(32) }] };

describe('the drivers that the agent runs', () => {
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.cleanUp());

  const publish = async (signed: Uint8Array): Promise<number> => {
    const { status } = await fetch(`${service.url}/v1/driver-catalogue`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${service.administratorToken}` },
      body: JSON.stringify({ catalogue: toBase64(signed) }),
    });
    return status;
  };

  it('come from the catalogue of the service, and leave when it recalls them', async () => {
    const { shelf, told, recalled, problems } = newShelf({ serviceUrl: service.url });
    expect(idsOf(shelf.configs())).toEqual(['soft']);
    const drivers = [sampleManifest({ libraries: [present] })];
    expect(await publish(signJson(sampleCatalogue({ version: 20, drivers })))).toBe(200);
    await shelf.update();
    expect(idsOf(told.at(-1))).toEqual(['soft', 'vendor-skf']);
    const reason = { 'zh-CN': '签名错误', en: 'wrong signatures' };
    const recalls = [{ driver: 'vendor-skf', reason, at: '2026-11-21T00:00:00Z' }];
    expect(await publish(signJson(sampleCatalogue({ version: 21, drivers, recalls })))).toBe(200);
    await shelf.update();
    expect(idsOf(told.at(-1))).toEqual(['soft']);
    expect(problems).toEqual([['vendor-skf', expect.objectContaining({ code: 'ERR_DRIVER_RECALLED' })]]);
    await shelf.update();
    expect(told).toHaveLength(2);
    // A newer one comes together with the recall of the older: nobody is to finish with that.
    const newer = [sampleManifest({ version: 9, libraries: [present] })];
    const older = [{ ...recalls[0], upToVersion: 8 }];
    expect(await publish(signJson(sampleCatalogue({ version: 22, drivers: newer, recalls: older })))).toBe(200);
    await shelf.update();
    expect(idsOf(told.at(-1))).toEqual(['soft', 'vendor-skf']);
    expect(recalled).toEqual([[], ['vendor-skf'], ['vendor-skf']]);
  });

  it('stay as they were when the service offers what nobody we believe has signed', async () => {
    const { shelf, told } = newShelf({ serviceUrl: service.url });
    shelf.configs();
    expect(await publish(signJson(sampleCatalogue({ version: 30 }), untrustedKeeper))).toBe(200);
    await expect(shelf.update().catch((error: unknown) => error)).resolves.toFailWith('ERR_DRIVER_MANIFEST_UNTRUSTED');
    expect(told).toEqual([]);
  });

  it('stay as they were last when the service cannot be asked', async () => {
    const { shelf } = newShelf({ serviceUrl: 'http://127.0.0.1:9' });
    await expect(shelf.update().catch((error: unknown) => error)).resolves.toFailWith('ERR_SERVICE_UNAVAILABLE');
    expect(idsOf(shelf.configs())).toEqual(['soft']);
  });

  it('stay as they were when what the service offers cannot be kept, and the agent lives on', async () => {
    const { shelf, problems, stateDir } = newShelf({ serviceUrl: service.url });
    const version = 40;
    expect(
      await publish(signJson(sampleCatalogue({ version, drivers: [sampleManifest({ libraries: [present] })] }))),
    ).toBe(200);
    // A folder where a file belongs: like a full disk, for root too.
    mkdirSync(path.join(stateDir, 'drivers/catalogue.p7m'), { recursive: true });
    await expect(shelf.update().catch((error: unknown) => error)).resolves.toFailWith('ERR_FILE_UNWRITABLE');
    expect(idsOf(shelf.configs())).toEqual(['soft']);
    expect(problems).toEqual([]);
    rmSync(path.join(stateDir, 'drivers/catalogue.p7m'), { recursive: true });
    await shelf.update();
    expect(idsOf(shelf.configs())).toEqual(['soft', 'vendor-skf']);
  });

  it('follow what the command line adds, within seconds', async () => {
    const { shelf, told, stateDir } = newShelf({ explicit: [] });
    expect(idsOf(shelf.configs())).toEqual([]);
    const anchors = newAnchors();
    const store = new DriverStore({
      folder: path.join(stateDir, 'drivers'),
      trust: () => readDriverTrust([anchors]),
      ops: createNodeCrypto(),
      now: () => new Date(),
    });
    await store.accept(signJson(sampleManifest({ libraries: [present] })));
    const end = performance.now() + 60_000;
    while (told.length === 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(idsOf(told.at(-1))).toEqual(['vendor-skf']);
  });

  it('are none that was signed where the anchors cannot be read, and that is told', () => {
    const soft = { id: 'own', family: 'soft', folder: path.join(newFolder(), 'tokens') };
    const { shelf, problems } = newShelf({ anchorsDir: '/nowhere', explicit: [soft] });
    expect(idsOf(shelf.configs())).toEqual(['own']);
    expect(idsOf(newShelf({ anchorsDir: '/nowhere' }).shelf.configs())).toEqual(['soft']);
    expect(problems).toEqual([['drivers', { code: 'ERR_CLI_FILE_UNREADABLE', params: { file: '/nowhere' } }]]);
  });
});

describe('a driver that is not to run', () => {
  it('is shown to pages as disabled, with the reason, and the computer’s check says who can act', async () => {
    const anchors = newAnchors();
    const stateDir = newFolder();
    const store = new DriverStore({
      folder: path.join(stateDir, 'drivers'),
      trust: () => readDriverTrust([anchors]),
      ops: createNodeCrypto(),
      now: () => new Date(),
    });
    const reason = { 'zh-CN': '签名错误', en: 'wrong signatures' };
    const recalls = [{ driver: 'vendor-skf', reason, at: '2026-11-21T00:00:00Z' }];
    const drivers = [sampleManifest({ libraries: [present] })];
    await store.accept(signJson(sampleCatalogue({ drivers, recalls })));
    const environment = { ONELOCK_AGENT_DRIVER_ANCHORS_DIR: anchors };
    const agent = await startAgentOfTest({ environment, stateDir });
    rememberAllowed(agent.stateDir, site);
    const page = await connectPage(agent.port);
    endings.push(() => page.close());
    const listed = (await page.call('listDrivers', {})).drivers;
    expect(listed.find(({ driver }) => driver === 'vendor-skf')).toMatchObject({
      ...{ family: 'skf', state: 'disabled', restarts: 0 },
      cause: { code: 'ERR_DRIVER_RECALLED', params: { driver: 'vendor-skf' } },
    });
    const { checks } = await page.call('checkEnvironment', { checks: ['drivers'] });
    expect(checks).toMatchObject([{ cause: { code: 'ERR_DRIVER_RECALLED' }, fix: 'contact-vendor' }]);
  });
});

requireReal(skfParts, skfCompiler())('a vendor’s key', (compiler) => {
  it('enters a running agent by its signed manifest, and no other build of its library does', async () => {
    const built = buildSkfLibrary(compiler);
    endings.push(() => built.remove());
    const anchors = newAnchors();
    const agent = await startAgentOfTest({ environment: { ONELOCK_AGENT_DRIVER_ANCHORS_DIR: anchors } });
    rememberAllowed(agent.stateDir, site);
    const page = await connectPage(agent.port);
    endings.push(() => page.close());
    expect((await page.call('listDevices', {})).devices).toEqual([]);

    const folder = path.join(agent.stateDir, 'drivers');
    writeSkfToken(path.join(folder, 'soft-skf'));
    const sha256 = createHash('sha256').update(readFileSync(built.library)).digest('hex');
    const manifest = (version: number, digest: string) =>
      sampleManifest({
        ...{ id: 'soft-skf', version, stateFolder: true, quirks: { packing: 'pack1', events: 'native' } },
        environment: { ONELOCK_SKF_FOLDER: '.', ONELOCK_SKF_TRAITS: '', ONELOCK_SKF_FAULTS: '' },
        libraries: [{ ...here, paths: [built.library], builds: [{ version: '1', sha256: digest }] }],
      });
    const store = new DriverStore({
      folder,
      trust: () => readDriverTrust([anchors]),
      ops: createNodeCrypto(),
      now: () => new Date(),
    });
    await store.accept(signJson(manifest(1, sha256)));
    expect(await page.nextEvent('deviceInserted', 60_000)).toMatchObject({ device: { label: '演示密钥' } });
    const { identities } = await page.call('listCertificates', {});
    expect(identities.length).toBe(2);

    await store.accept(signJson(manifest(2, 'ab'.repeat(32))));
    await page.nextEvent('deviceRemoved', 60_000);
    const driver = async () => (await page.call('listDrivers', {})).drivers.find((each) => each.driver === 'soft-skf');
    await untilAsync(async () => (await driver())?.cause?.code === 'ERR_DRIVER_LIBRARY_ALTERED');
    expect(await driver()).toMatchObject({ cause: { code: 'ERR_DRIVER_LIBRARY_ALTERED' } });
  });
});

describe('a fleet of drivers', () => {
  async function softDriver(id: string): Promise<{ id: string; family: 'soft'; folder: string }> {
    const folder = path.join(newFolder(), 'tokens');
    mkdirSync(folder);
    await createSoftToken({
      ...{ file: path.join(folder, 'key.softtoken'), label: id, serialNumber: id, pin: '123456', pinRetries: 10 },
      identities: [sm2Identity],
    });
    return { id, family: 'soft', folder };
  }

  it('takes up new drivers and lets others go, with their devices, and leaves the rest undisturbed', async () => {
    const [one, two, three] = [await softDriver('one'), await softDriver('two'), await softDriver('three')];
    const fleet = await TokenFleet.start([one, two]);
    endings.push(() => fleet.close());
    await until(() => fleet.devices().length === 2);
    const staying = fleet.devices().find(({ device }) => device.serialNumber === 'two');
    const leaving = fleet.devices().find(({ device }) => device.serialNumber === 'one');
    const events: FleetEvent['kind'][] = [];
    fleet.onEvent(({ kind }) => events.push(kind));
    await fleet.adopt([two, three]);
    await until(() => fleet.devices().length === 2);
    expect(fleet.devices().map(({ device }) => device.serialNumber)).toEqual(['two', 'three']);
    expect(fleet.devices()).toContain(staying);
    expect(leaving?.gone.aborted).toBe(true);
    expect(leaving?.driver.status().state).toBe('closed');
    expect(events).toEqual(['device-removed', 'device-inserted']);
    await expect(fleet.adopt([{ family: 'nothing' }]).catch((error: unknown) => error)).resolves.toFailWith(
      'ERR_DRIVER_CONFIG_INVALID',
    );
    expect(fleet.drivers()).toHaveLength(2);
  });

  it('lets a person finish with a key before a newer manifest restarts its driver', async () => {
    const older = await softDriver('one');
    const fleet = await TokenFleet.start([older]);
    endings.push(() => fleet.close());
    await until(() => fleet.devices().length === 1);
    const [present] = fleet.devices();
    if (present === undefined) throw new Error('no key');
    const { driver, device } = present;
    const session = await driver.openSession(device.id, new TextEncoder().encode('123456') as Pin);
    await fleet.adopt([{ ...older, vendor: 'newer' }]);
    expect(fleet.devices()).toContain(present);
    expect(driver.status()).toMatchObject({ state: 'running', inUse: true });
    await driver.closeSession(session);
    await until(() => fleet.drivers()[0]?.hosted?.info.vendor === 'newer' && fleet.devices().length === 1);
    expect(driver.status().state).toBe('closed');
    const [again] = fleet.devices();
    if (again === undefined) throw new Error('no key');
    await again.driver.openSession(again.device.id, new TextEncoder().encode('123456') as Pin);
    await fleet.adopt([{ ...older, vendor: 'newest' }], new Set([older.id]));
    expect(again.driver.status().state).toBe('closed');
    await until(() => fleet.drivers()[0]?.hosted?.info.vendor === 'newest' && fleet.devices().length === 1);
    const [fresh] = fleet.devices();
    await fresh?.driver.openSession(fresh.device.id, new TextEncoder().encode('123456') as Pin);
    await fleet.adopt([]);
    expect(fleet.devices()).toEqual([]);
  });
});

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await condition()) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 25));
}
