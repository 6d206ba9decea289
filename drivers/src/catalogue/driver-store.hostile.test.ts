import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterEach, describe, expect, it } from 'vitest';
import {
  bidder,
  expiredKeeper,
  keeperP256,
  sampleCatalogue,
  sampleManifest,
  signedAt,
  signJson,
  testTrust,
  untrustedKeeper,
} from '../../test/driver-signing.ts';
import type { DriverTrust, ThisSystem } from '../manifest/index.ts';
import { DriverStore } from './driver-store.ts';
import { installedDrivers } from './installed-drivers.ts';

const ops = createNodeCrypto();
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newStore(changes: { now?: () => Date; trust?: () => DriverTrust } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-drivers-'));
  folders.push(folder);
  const options = { folder, ops, now: () => signedAt, trust: () => testTrust, ...changes };
  return {
    store: new DriverStore(options),
    folder,
    again: (more: typeof changes) => new DriverStore({ ...options, ...more }),
  };
}

const refusal = (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error);
/** Without the built-in ones that nobody asked for. */
function idsOf(store: DriverStore): readonly string[] {
  const { drivers, removed } = store.contents();
  return drivers.map(({ manifest }) => manifest.id).filter((id) => !removed.includes(id));
}
const recall = { reason: { 'zh-CN': '签名错误', en: 'wrong signatures' }, at: '2026-11-21T00:00:00Z' };

const linux: ThisSystem = { system: 'linux', architecture: 'x64', folders: {} };
const here = { system: linux, driversFolder: '/state/drivers', tokenFolder: '/state/tokens', exists: () => true };

describe('the drivers that a computer knows', () => {
  it('begin with those that need no library', () => {
    expect(idsOf(newStore().store)).toEqual(['soft']);
  });

  it('speak to other programs’ cards only for who asks for that', async () => {
    const { store, again } = newStore();
    await store.want('piv');
    expect(idsOf(again({}))).toEqual(['piv', 'soft']);
    const row = installedDrivers(store.contents(), here).find(({ manifest }) => manifest.id === 'piv');
    expect(row).toMatchObject({ state: 'ready', config: { family: 'card' } });
    await store.remove('piv');
    expect(idsOf(again({}))).toEqual(['soft']);
  });

  it('come by a signed catalogue, or one by one, and stay', async () => {
    const { store, again } = newStore();
    await expect(store.accept(signJson(sampleCatalogue()))).resolves.toMatchObject({
      kind: 'catalogue',
      changed: true,
    });
    const other = signJson(sampleManifest({ id: 'other' }), keeperP256);
    await expect(store.accept(other)).resolves.toMatchObject({ kind: 'manifest', changed: true });
    expect(idsOf(again({}))).toEqual(['other', 'soft', 'vendor-skf']);
    await expect(store.accept(other)).resolves.toMatchObject({ changed: false });
    await expect(store.accept(signJson(sampleCatalogue({ version: 11, drivers: [] })))).resolves.toMatchObject({
      changed: true,
    });
    expect(idsOf(store)).toEqual(['other', 'soft']);
  });

  it('are refused when their signer is nobody whom this computer believes', async () => {
    const { store } = newStore();
    for (const signer of [untrustedKeeper, bidder, expiredKeeper]) {
      await expect(refusal(store.accept(signJson(sampleCatalogue(), signer)))).resolves.toFailWith(
        'ERR_DRIVER_MANIFEST_UNTRUSTED',
      );
      await expect(refusal(store.accept(signJson(sampleManifest(), signer)))).resolves.toFailWith(
        'ERR_DRIVER_MANIFEST_UNTRUSTED',
      );
    }
    expect(idsOf(store)).toEqual(['soft']);
  });

  it('go forward only: no older catalogue, nor another one of the same version', async () => {
    const { store } = newStore();
    await store.accept(signJson(sampleCatalogue({ version: 10 })));
    for (const version of [9, 10])
      await expect(refusal(store.accept(signJson(sampleCatalogue({ version, drivers: [] }))))).resolves.toFailWith(
        'ERR_DRIVER_VERSION_ROLLBACK',
      );
    expect(store.contents().catalogue?.version).toBe(10);
  });

  it('go forward only: no older manifest, whether it comes alone or in a newer catalogue', async () => {
    const { store } = newStore();
    await store.accept(signJson(sampleManifest({ version: 5 })));
    for (const changes of [{ version: 4 }, { version: 5, pin: undefined }])
      await expect(
        refusal(store.accept(signJson(JSON.parse(JSON.stringify(sampleManifest(changes)))))),
      ).resolves.toFailWith('ERR_DRIVER_VERSION_ROLLBACK');
    await store.accept(signJson(sampleCatalogue()));
    const known = store.contents().drivers.find(({ manifest }) => manifest.id === 'vendor-skf');
    expect(known).toMatchObject({ origin: 'added', manifest: { version: 5 } });
    await store.remove('vendor-skf');
    expect(idsOf(store)).toEqual(['soft']);
    await expect(refusal(store.want('vendor-skf'))).resolves.toFailWith('ERR_DRIVER_UNKNOWN');
  });

  it('whose older manifest was put back in its place do not run, and are told of with the reason', async () => {
    const { store, folder } = newStore();
    await store.accept(signJson(sampleManifest({ version: 4 })));
    const file = path.join(folder, 'added', 'vendor-skf.p7m');
    const older = readFileSync(file);
    await store.accept(signJson(sampleManifest({ version: 5 })));
    writeFileSync(file, older);
    expect(idsOf(store)).toEqual(['soft']);
    const [row] = installedDrivers(store.contents(), here).filter(({ manifest }) => manifest.id === 'vendor-skf');
    const params = { name: 'vendor-skf', version: 4, known: 5 };
    expect(row).toMatchObject({
      state: 'refused',
      config: null,
      cause: { code: 'ERR_DRIVER_VERSION_ROLLBACK', params },
    });
    await store.remove('vendor-skf');
    const left = installedDrivers(store.contents(), here).map(({ manifest }) => manifest.id);
    expect(left).not.toContain('vendor-skf');
  });

  it('that were recalled are neither taken nor run', async () => {
    const { store } = newStore();
    const added = signJson(sampleManifest({ version: 3 }));
    await store.accept(added);
    await store.accept(signJson(sampleCatalogue({ recalls: [{ driver: 'vendor-skf', upToVersion: 3, ...recall }] })));
    const [row] = installedDrivers(store.contents(), here).filter(({ manifest }) => manifest.id === 'vendor-skf');
    expect(row).toMatchObject({ state: 'refused', config: null, cause: { code: 'ERR_DRIVER_RECALLED' } });
    await expect(refusal(store.accept(added))).resolves.toFailWith('ERR_DRIVER_RECALLED');
    await expect(refusal(store.want('vendor-skf'))).resolves.toFailWith('ERR_DRIVER_RECALLED');
    await store.accept(signJson(sampleManifest({ version: 4 })));
    const mended = installedDrivers(store.contents(), here).find(({ manifest }) => manifest.id === 'vendor-skf');
    expect(mended).toMatchObject({ state: 'ready', manifest: { version: 4 } });
  });

  it('lose a build that was recalled by its digest, and run with the others', async () => {
    const { store } = newStore();
    const builds = ['11', '22'].map((byte) => ({ version: byte, sha256: byte.repeat(32) }));
    const library = { system: 'linux', architecture: 'x64', paths: ['/usr/lib/x.so'], builds };
    await store.accept(
      signJson(
        sampleCatalogue({
          drivers: [sampleManifest({ libraries: [library] })],
          recalls: [{ librarySha256: '11'.repeat(32), ...recall }],
        }),
      ),
    );
    const row = installedDrivers(store.contents(), here).find(({ manifest }) => manifest.id === 'vendor-skf');
    expect(row).toMatchObject({ state: 'ready', config: { digests: [{ sha256: '22'.repeat(32) }] } });
  });

  it('all of whose builds were recalled are refused', async () => {
    const { store } = newStore();
    await store.accept(signJson(sampleCatalogue({ recalls: [{ librarySha256: 'ab'.repeat(32), ...recall }] })));
    const row = installedDrivers(store.contents(), here).find(({ manifest }) => manifest.id === 'vendor-skf');
    expect(row).toMatchObject({ state: 'refused', cause: { code: 'ERR_DRIVER_RECALLED' } });
  });

  it('are not run when the person removed them, until wanted again', async () => {
    const { store } = newStore();
    await store.accept(signJson(sampleCatalogue()));
    await store.remove('vendor-skf');
    const state = () => installedDrivers(store.contents(), here).find((row) => row.manifest.id === 'vendor-skf')?.state;
    expect(state()).toBe('removed');
    await store.want('vendor-skf');
    expect(state()).toBe('ready');
    await expect(refusal(store.remove('nobody'))).resolves.toFailWith('ERR_DRIVER_UNKNOWN');
  });

  it('are judged again whenever they are read: what was altered on the disk counts no more', async () => {
    const { store, folder } = newStore();
    await store.accept(signJson(sampleCatalogue()));
    await store.accept(signJson(sampleManifest({ id: 'other' })));
    const file = path.join(folder, 'catalogue.p7m');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('"version":3');
    bytes[at + '"version":'.length] = '9'.charCodeAt(0);
    writeFileSync(file, bytes);
    expect(idsOf(store)).toEqual(['other', 'soft']);
    expect(store.contents().problems).toEqual([
      { file: 'catalogue.p7m', reason: { code: 'ERR_DRIVER_MANIFEST_UNTRUSTED', params: expect.anything() } },
    ]);
  });

  it('are not swapped on the disk for others that were signed as well', async () => {
    const { store, folder } = newStore();
    await store.accept(signJson(sampleManifest({ id: 'other', version: 7 })));
    const file = path.join(folder, 'added', 'other.p7m');
    writeFileSync(file, signJson(sampleManifest({ id: 'other', version: 6 })));
    expect(idsOf(store)).toEqual(['soft']);
    writeFileSync(file, signJson(sampleManifest({ id: 'third', version: 7 })));
    expect(idsOf(store)).toEqual(['soft']);
    rmSync(file);
    symlinkSync('/dev/zero', file);
    expect(idsOf(store)).toEqual(['soft']);
  });

  it('outlive the certificate of their signer, and end with the trust in its CA', async () => {
    const { store, again } = newStore({ now: () => new Date('2021-06-01T00:00:00Z') });
    await store.accept(signJson(sampleCatalogue(), expiredKeeper));
    expect(idsOf(again({ now: () => signedAt }))).toContain('vendor-skf');
    const distrust = again({ trust: () => ({ ...testTrust, anchors: [] }) });
    expect(idsOf(distrust)).toEqual(['soft']);
    expect(distrust.contents().problems).toHaveLength(1);
  });

  it('are none but the built-in ones where the ledger is broken', async () => {
    const { store, folder } = newStore();
    await store.accept(signJson(sampleCatalogue()));
    for (const text of ['', '{}', '{"format":1,"__proto__":{}}', '[]', 'null']) {
      writeFileSync(path.join(folder, 'ledger.json'), text);
      expect(idsOf(store)).toEqual(['soft']);
    }
  });

  it('are changed by two programs at once without losing either change', async () => {
    const { store, again } = newStore();
    const ids = ['a1', 'a2', 'a3', 'a4'];
    await Promise.all(ids.map((id, at) => (at % 2 === 0 ? store : again({})).accept(signJson(sampleManifest({ id })))));
    expect(idsOf(store)).toEqual([...ids, 'soft']);
  });
});

describe('a catalogue', () => {
  it('may hold manifests of a later format beside those that this program understands', async () => {
    const { store } = newStore();
    const later = { kind: 'onelock-driver', format: 2, id: 'later', news: true };
    await store.accept(signJson(sampleCatalogue({ drivers: [sampleManifest(), later] })));
    expect(idsOf(store)).toEqual(['soft', 'vendor-skf']);
  });

  it.each([
    ['one driver twice', { drivers: [sampleManifest(), sampleManifest()] }],
    ['a driver that is none', { drivers: [{}] }],
    ['a recall of nothing', { recalls: [{ ...recall }] }],
    ['a time that is none', { nextUpdate: '2027-13-20T00:00:00Z' }],
    ['a field that nobody knows', { run: 'setup.exe' }],
    ['another kind', { kind: 'onelock-driver-list' }],
  ])('is refused with %s', async (_what, changes) => {
    await expect(refusal(newStore().store.accept(signJson(sampleCatalogue(changes))))).resolves.toFailWith(
      'ERR_DRIVER_MANIFEST_MALFORMED',
    );
  });
});
