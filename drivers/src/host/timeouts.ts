import type { HostTimeouts } from './hosted-driver.ts';
import type { MethodName } from './methods.ts';

export const defaultTimeouts: HostTimeouts = {
  startMs: 30_000,
  listDevicesMs: 15_000,
  listIdentitiesMs: 15_000,
  pinStatusMs: 15_000,
  openSessionMs: 60_000,
  closeSessionMs: 15_000,
  signMs: 60_000,
  randomMs: 15_000,
  decryptMs: 60_000,
  decryptContentMs: 60_000,
  changePinMs: 60_000,
  unblockPinMs: 60_000,
  requestUnblockMs: 15_000,
  finishUnblockMs: 60_000,
  generateKeyPairMs: 180_000,
  importCertificateMs: 60_000,
  importEncryptionKeyPairMs: 60_000,
  listFilesMs: 15_000,
  readFileMs: 60_000,
  listMechanismsMs: 15_000,
  padMs: 300_000,
  queueMs: 30_000,
};

const pinNames = ['pin', 'oldPin', 'adminPin'] as const;

/**
 * How long one call may take. A person who types on a device takes longer than a device that computes: an empty PIN is typed there,
 * and a key may want it for each use (CKA_ALWAYS_AUTHENTICATE).
 *
 * @param isPad  whether the device has said that PINs are typed on it
 */
export function callTimeMs(timeouts: HostTimeouts, method: MethodName, params: object, isPad: boolean): number {
  const usual = timeouts[`${method}Ms`];
  const isTyped = pinNames.some((name) => {
    const pin: unknown = Reflect.get(params, name);
    return pin instanceof Uint8Array && pin.length === 0;
  });
  return isTyped || (isPad && 'session' in params) ? Math.max(usual, timeouts.padMs) : usual;
}
