import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SoftHsmStore } from './provisioning.ts';

const usualPlaces = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** Where distributions put SoftHSM2, or undefined. */
export function findSoftHsm(): string | undefined {
  return usualPlaces.find((file) => existsSync(file));
}

/**
 * Prepares a private SoftHSM2 store in a folder: `softhsm2.conf` and `tokens/`. What is there already stays. Paths inside
 * are relative to the folder, which is the current directory of the host, so that any user the host becomes can
 * reach them.
 *
 * @param folder  absolute
 * @returns the part of a PKCS#11 driver's configuration that names it
 */
export function prepareSoftHsmStore(folder: string, library: string): SoftHsmStore {
  mkdirSync(path.join(folder, 'tokens'), { recursive: true, mode: 0o700 });
  const configuration = path.join(folder, 'softhsm2.conf');
  if (!existsSync(configuration))
    writeFileSync(configuration, 'directories.tokendir = ./tokens\nobjectstore.backend = file\nlog.level = ERROR\n');
  return { library, environment: { SOFTHSM2_CONF: './softhsm2.conf' }, stateFolder: folder };
}
