import type { DriverManifest } from '../manifest/index.ts';

/**
 * Drivers that need no vendor's library: they are part of this program and as trustworthy as it is. Whatever loads a library
 * comes by a signed catalogue or manifest.
 */
export const builtInDrivers: readonly DriverManifest[] = [
  {
    kind: 'onelock-driver',
    format: 1,
    id: 'soft',
    version: 1,
    name: { 'zh-CN': '软件介质', en: 'File tokens' },
    vendor: { name: 'OneLock' },
    family: 'soft',
    libraries: [],
    devices: {},
    pin: { minLength: 6, maxLength: 16, retries: 10, characters: 'any' },
    seal: { place: 'none' },
  },
];
