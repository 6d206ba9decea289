import { type TokenDevice, Turns } from '../port/index.ts';

/**
 * Two drivers may reach one and the same key: a vendor's SKF and PKCS#11 library, or two versions of one. Calls to it then
 * come one at a time, whichever host they go to. A device is known by its serial number; those that have none cannot be told
 * apart and count as one. Other processes are kept out by locks.ts.
 */
export class SharedDevices {
  readonly #holders = new Map<string, Set<object>>();
  readonly #turns = new Turns();

  /** Notes what a driver shows now. */
  note(driver: object, devices: readonly TokenDevice[]): void {
    this.forget(driver);
    for (const { serialNumber } of devices) {
      const key = deviceKey(serialNumber);
      const holders = this.#holders.get(key) ?? new Set();
      this.#holders.set(key, holders.add(driver));
    }
  }

  forget(driver: object): void {
    for (const [key, holders] of this.#holders) {
      holders.delete(driver);
      if (holders.size === 0) this.#holders.delete(key);
    }
  }

  /**
   * Runs a call to a device in its turn. It costs nothing while one driver alone shows the device.
   * @param key  as {@link deviceKey}
   * @throws {CodedError} ERR_TOKEN_BUSY
   */
  run<T>(key: string, waitMs: number, call: () => Promise<T>): Promise<T> {
    if ((this.#holders.get(key)?.size ?? 0) < 2) return call();
    return this.#turns.run(key, waitMs, call);
  }
}

/** All hosts of this process. Agents of one person's session are one process: see the agent's lock on its state. */
export const sharedDevices = new SharedDevices();

/** What a device is known by. Libraries write one number in their own ways: with spaces, in small letters. */
export function deviceKey(serialNumber: string): string {
  return serialNumber.replaceAll(/[\s-]/g, '').toUpperCase() || 'unnumbered';
}
