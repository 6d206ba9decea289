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
    pin: { minLength: 6, maxLength: 32, retries: 10, characters: 'any' },
    seal: { place: 'none' },
  },
  {
    kind: 'onelock-driver',
    format: 1,
    id: 'piv',
    version: 1,
    name: { 'zh-CN': 'PIV 智能卡（PC/SC）', en: 'PIV cards (PC/SC)' },
    vendor: { name: 'OneLock' },
    family: 'card',
    libraries: [],
    devices: {},
    quirks: { applications: [{ kind: 'piv' }] },
    seal: { place: 'none' },
  },
  {
    kind: 'onelock-driver',
    format: 1,
    id: 'gmt0017',
    version: 1,
    name: { 'zh-CN': '国密智能卡 GM/T 0017（PC/SC）', en: 'GM/T 0017 cards (PC/SC)' },
    vendor: { name: 'OneLock' },
    family: 'card',
    libraries: [],
    devices: {},
    quirks: { applications: [{ kind: 'gmt0017' }] },
    seal: { place: 'none' },
  },
  {
    kind: 'onelock-driver',
    format: 1,
    id: 'openpgp',
    version: 1,
    name: { 'zh-CN': 'OpenPGP 智能卡（PC/SC）', en: 'OpenPGP cards (PC/SC)' },
    vendor: { name: 'OneLock' },
    family: 'card',
    libraries: [],
    devices: {},
    quirks: { applications: [{ kind: 'openpgp' }] },
    // The specification's own first PW1 (§4.3); the card does not say whether it still is.
    pin: { minLength: 6, maxLength: 64, factoryPins: ['123456'] },
    seal: { place: 'none' },
  },
];

/** Not run until somebody wants them: they speak to every card in every reader, also to those of other programs. */
export const runOnlyWhenWanted: ReadonlySet<string> = new Set(['piv', 'gmt0017', 'openpgp']);
