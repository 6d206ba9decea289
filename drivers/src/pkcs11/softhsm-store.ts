import type { SoftHsmStore } from './provisioning.ts';

/** Where distributions put SoftHSM2, or undefined. */
export function findSoftHsm(): string | undefined {
  return undefined;
}

/**
 * Prepares a private SoftHSM2 store in a folder: `softhsm2.conf` and `tokens/`. Nothing is overwritten.
 *
 * @returns the part of a PKCS#11 driver's configuration that names it
 */
export function prepareSoftHsmStore(folder: string, library: string): SoftHsmStore {
  return { library, environment: {}, stateFolder: folder };
}
