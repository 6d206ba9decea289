import { describe, expect, it } from 'vitest';
import { sampleManifest } from '../../test/driver-signing.ts';
import { encodeCanonicalJson, type Json } from './canonical-json.ts';
import { driverConfigOf } from './driver-config-of.ts';
import type { ThisSystem } from './library-place.ts';
import { checkManifest, parseManifest } from './parse-manifest.ts';

const parse = (changes: Record<string, unknown>) => parseManifest(encodeCanonicalJson(sampleManifest(changes) as Json));

const linux: ThisSystem = { system: 'linux', architecture: 'x64', folders: {} };
const windows: ThisSystem = { system: 'windows', architecture: 'x64', folders: { SystemRoot: 'C:\\Windows' } };
const place = { driversFolder: '/state/drivers', tokenFolder: '/state/tokens' };
const build = { version: '1', sha256: 'cd'.repeat(32) };
const at = (...paths: readonly string[]) => [{ system: 'linux', architecture: 'x64', paths, builds: [build] }];
const onWindows = (path: string) => [{ system: 'windows', architecture: 'x64', paths: [path], builds: [build] }];

describe('a driver manifest', () => {
  it('gives the configuration of its driver for one computer, with the digests of its publisher', () => {
    const manifest = parse({ stateFolder: true, environment: { VENDOR_CONFIG: 'vendor.conf' } });
    const exists = (file: string): boolean => file.startsWith('/usr/lib/');
    expect(driverConfigOf(manifest, { ...place, system: linux, exists })).toEqual({
      id: 'vendor-skf',
      family: 'skf',
      vendor: '测试厂商',
      library: '/usr/lib/vendor/libskf.so',
      quirks: { packing: 'pack1' },
      pin: { minLength: 6, maxLength: 16, retries: 8, characters: 'any' },
      seal: { place: 'file', name: '*.esl', format: 'gbt-38540' },
      environment: { VENDOR_CONFIG: 'vendor.conf' },
      stateFolder: '/state/drivers/vendor-skf',
      digests: [{ sha256: 'ab'.repeat(32) }],
    });
  });

  it('takes the first library that is there, and knows the folders of Windows by their names', () => {
    const surroundings = { ...place, system: windows };
    const manifest = parse({});
    const first = driverConfigOf(manifest, { ...surroundings, exists: () => true });
    expect(first).toMatchObject({ library: 'C:\\Windows\\System32\\VendorSkf.dll' });
    const second = driverConfigOf(manifest, { ...surroundings, exists: (file) => file.startsWith('C:\\Vendor') });
    expect(second).toMatchObject({ library: 'C:\\Vendor\\Skf.dll' });
  });

  it('carries a vendor’s mechanism numbers to PKCS#11, and masked ATRs to cards', () => {
    const surroundings = { ...place, system: linux, exists: () => true };
    const mechanisms = { sm2: { sign: { mechanism: 0x80008000, input: 'digest' } } };
    const seal = { place: 'data-object', label: '公章' };
    const pkcs11 = parse({ family: 'pkcs11', libraries: at('/usr/lib/p11.so'), quirks: {}, mechanisms, seal });
    expect(driverConfigOf(pkcs11, surroundings)).toMatchObject({ family: 'pkcs11', mechanisms, seal });
    const devices = { atrs: [{ atr: '3b8f0102', mask: 'ffff00ff' }] };
    const quirks = { applications: [{ kind: 'gmt0017' }] };
    const pin = { minLength: 6, maxLength: 8, characters: 'digits' };
    const card = parse({ family: 'card', libraries: [], quirks, devices, pin, seal: { place: 'none' } });
    expect(driverConfigOf(card, surroundings)).toEqual({
      ...{ id: 'vendor-skf', family: 'card', vendor: '测试厂商' },
      ...{ quirks, atrs: devices.atrs, pin, seal: { place: 'none' } },
    });
  });

  it('of the cloud says that no driver of it can be run yet', () => {
    const surroundings = { ...place, system: linux, exists: () => true };
    const cloud = parse({ family: 'cloud', libraries: [], quirks: {} });
    expect(() => driverConfigOf(cloud, surroundings)).toFailWith('ERR_CALL_UNSUPPORTED');
  });

  it('says when nothing of it is here, or nothing is for this system', () => {
    const manifest = parse({});
    const nothing = { ...place, exists: () => false };
    expect(() => driverConfigOf(manifest, { ...nothing, system: linux })).toFailWith('ERR_DRIVER_NOT_INSTALLED');
    const loong: ThisSystem = { ...linux, architecture: 'loong64' };
    expect(() => driverConfigOf(manifest, { ...nothing, system: loong })).toFailWith('ERR_DRIVER_SYSTEM_UNSUPPORTED');
  });

  it.each([
    ['another kind', { kind: 'onelock-driver-catalogue' }, '/kind'],
    ['another format', { format: 2 }, '/format'],
    ['a field that nobody knows', { run: 'setup.exe' }, '/run'],
    ['an id with a path in it', { id: '../other' }, '/id'],
    ['version nought', { version: 0 }, '/version'],
    ['a version that is no whole number', { version: 1.5 }, '/version'],
    ['a family that nobody knows', { family: 'wasm' }, '/family'],
    ['a name that turns the direction of writing', { name: { 'zh-CN': '\u202e密钥', en: 'x' } }, '/name/zh-CN'],
    ['no library where the family needs one', { libraries: [] }, '/libraries'],
    ['a library where the family has none', { family: 'soft', quirks: {} }, '/libraries'],
    ['a library without a digest', { libraries: [{ ...at('/a/b.so')[0], builds: [] }] }, '/libraries/0/builds'],
    ['a system twice', { libraries: [...at('/a/b.so'), ...at('/a/c.so')] }, '/libraries/1'],
    ['a way up', { libraries: at('/usr/lib/../../tmp/x.so') }, '/libraries/0/paths/0'],
    ['a relative library', { libraries: at('libskf.so') }, '/libraries/0/paths/0'],
    ['a way through this process', { libraries: at('/usr/lib/./x.so') }, '/libraries/0/paths/0'],
    ['a NUL in a path', { libraries: at('/usr/lib/x.so\u0000.txt') }, '/libraries/0/paths/0'],
    ['a library on a network', { libraries: onWindows('\\\\evil\\share\\x.dll') }, '/libraries/0/paths/0'],
    ['a device path', { libraries: onWindows('\\\\?\\C:\\x.dll') }, '/libraries/0/paths/0'],
    ['a way up on Windows', { libraries: onWindows('%ProgramFiles%\\..\\Users\\x.dll') }, '/libraries/0/paths/0'],
    ['dots that Windows drops', { libraries: onWindows('C:\\Vendor\\.. \\x.dll') }, '/libraries/0/paths/0'],
    ['a slash on Windows', { libraries: onWindows('C:\\Vendor/../x.dll') }, '/libraries/0/paths/0'],
    ['a stream of a file', { libraries: onWindows('C:\\Vendor\\x.txt:y.dll') }, '/libraries/0/paths/0'],
    ['a folder by a variable of the person', { libraries: onWindows('%TEMP%\\x.dll') }, '/libraries/0/paths/0'],
    ['a mask of another length', { devices: { atrs: [{ atr: '3b00', mask: 'ff' }] } }, '/devices/atrs/0/mask'],
    ['PINs longer than they may be', { pin: { minLength: 16, maxLength: 6 } }, '/pin'],
    ['a seal where the family has no such place', { seal: { place: 'data-object', label: 'x' } }, '/seal/place'],
    ['a seal in a place that nobody knows', { seal: { place: 'drawer' } }, '/seal/place'],
    ['a quirk that the family does not know', { quirks: { hurry: true } }, '/quirks/hurry'],
    ['a variable of the loader', { environment: { LD_PRELOAD: '/tmp/x.so' } }, '/environment/LD_PRELOAD'],
  ])('is refused, naming the field, with %s', (_what, changes, field) => {
    expect(() => parse(changes)).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
    try {
      parse(changes);
    } catch (error) {
      expect(error).toMatchObject({ params: { field } });
    }
  });

  it('is refused when it is too long', () => {
    const names = Array.from({ length: 32 }, (_, index) => `${index}`.padEnd(64, 'x'));
    const libraries = ['linux', 'windows', 'macos'].flatMap((system) =>
      ['x64', 'arm64', 'ia32'].map((architecture) => ({
        system,
        architecture,
        paths: Array.from({ length: 16 }, (_, index) =>
          system === 'windows' ? `C:\\${'x'.repeat(480)}\\${index}.dll` : `/${'x'.repeat(480)}/${index}.so`,
        ),
        builds: Array.from({ length: 64 }, (_, index) => ({
          version: `${index}`.padEnd(32, '0'),
          sha256: 'ab'.repeat(32),
          sm3: 'cd'.repeat(32),
        })),
      })),
    );
    expect(checkManifest(sampleManifest({ libraries, devices: { names } })).libraries).toHaveLength(9);
    expect(() => parse({ libraries, devices: { names } })).toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
  });
});
