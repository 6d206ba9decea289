import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softHsmLibrary } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { sampleManifest } from '../../test/driver-signing.ts';
import { writeSysfsDevice } from '../../test/fake-sysfs.ts';
import { checkManifest } from '../manifest/index.ts';
import { findCandidateLibraries } from './candidate-libraries.ts';
import { gatherDeviceReport } from './device-report.ts';
import { listUsbDevices } from './usb-devices.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'onelock-discovery-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const newFolder = (name: string): string => {
  const folder = path.join(home, name);
  mkdirSync(folder);
  return folder;
};

describe('USB devices', () => {
  it('are told by their ids and words, without serial numbers and hubs', () => {
    const folder = newFolder('usb');
    writeSysfsDevice(folder, {
      ...{ name: '1-2', vendorId: '0a1b', productId: '0001', manufacturer: '测试厂商', product: 'Vendor Key 3' },
      ...{ interfaceClasses: ['03', '08', '03'], serial: 'A-PERSONS-KEY' },
    });
    writeSysfsDevice(folder, { name: 'usb1', vendorId: '1d6b', productId: '0002', deviceClass: '09' });
    writeSysfsDevice(folder, { name: '1-3', vendorId: 'zzzz', productId: '0002' });
    writeSysfsDevice(folder, { name: '1-4', vendorId: '0a1c', productId: '0002', product: '\u202eevil\u0007 name' });
    expect(listUsbDevices(folder)).toEqual([
      { ...ids('0a1b', '0001'), manufacturer: '测试厂商', product: 'Vendor Key 3', interfaceClasses: ['03', '08'] },
      { ...ids('0a1c', '0002'), manufacturer: '', product: 'evil  name', interfaceClasses: [] },
    ]);
    expect(listUsbDevices(path.join(home, 'nothing'))).toBeNull();
  });
});

const ids = (vendorId: string, productId: string) => ({ vendorId, productId });

requireReal('SoftHSM2', softHsmLibrary())('libraries on the disk', (softhsm) => {
  it('are found by the functions they export, each once, and nothing else is', () => {
    const folder = newFolder('lib');
    const deep = path.join(folder, 'vendor', 'lib');
    mkdirSync(deep, { recursive: true });
    copyFileSync(softhsm, path.join(deep, 'libvendor-p11.so'));
    symlinkSync(path.join(deep, 'libvendor-p11.so'), path.join(folder, 'libskf.so'));
    symlinkSync(folder, path.join(folder, 'loop'));
    writeFileSync(path.join(folder, 'libtoken.so'), `${'x'.repeat(5000)}C_GetFunctionList`);
    writeFileSync(path.join(folder, 'libskf-mine.so'), Buffer.from(`${'x'.repeat(5000)}\0SKF_EnumDev\0`));
    writeFileSync(path.join(folder, 'pkcs11.txt'), Buffer.from(`${'x'.repeat(5000)}\0C_GetFunctionList\0`));
    writeFileSync(path.join(folder, 'libhuge-key.so'), 'x');
    truncateSync(path.join(folder, 'libhuge-key.so'), 200 * 1024 * 1024);
    if (process.platform === 'linux') spawnSync('mkfifo', [path.join(folder, 'libskf-waits.so')]);
    const found = findCandidateLibraries({ folders: [folder, '/nowhere'], depth: 3, patienceMs: 60_000 });
    expect(found.map(({ file, family }) => [path.basename(file), family])).toEqual([
      ['libskf-mine.so', 'skf'],
      ['libvendor-p11.so', 'pkcs11'],
    ]);
    expect(found[1]).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: expect.any(Number) });
  });

  it('are not looked for longer than one is patient', () => {
    expect(findCandidateLibraries({ folders: ['/usr'], depth: 9, patienceMs: 0 })).toEqual([]);
  });
});

describe('a device report', () => {
  it('says what is there, which drivers know it, and what could not be looked at', async () => {
    const usbFolder = newFolder('report-usb');
    writeSysfsDevice(usbFolder, { name: '1-2', ...ids('0a1b', '0001'), product: 'Vendor Key 3' });
    writeSysfsDevice(usbFolder, { name: '1-3', ...ids('beef', '0001') });
    const options = { now: new Date('2026-11-22T00:00:00Z'), environment: {}, search: nowhere };
    const known = [checkManifest(sampleManifest())];
    const report = await gatherDeviceReport({ ...options, known, usbFolder });
    expect(report).toMatchObject({
      kind: 'onelock-device-report',
      at: '2026-11-22T00:00:00.000Z',
      usb: [{ drivers: ['vendor-skf'] }, { drivers: [] }],
      libraries: [],
    });
    const without = await gatherDeviceReport({ ...options, known, usbFolder: '/nowhere' });
    expect(without.gaps).toContainEqual({ part: 'usb', reason: null });
  });
});

const nowhere = { folders: [], depth: 0, patienceMs: 1000 };
