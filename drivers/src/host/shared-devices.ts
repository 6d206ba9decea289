import { type TokenDevice, Turns } from '../port/index.ts';

/**
 * Two drivers may reach one and the same key: a vendor's SKF and PKCS#11 library, or two versions of one. Calls to it then
 * come one at a time, whichever host they go to. A device is known by its serial number; one that has none is shared with
 * nobody as far as anyone can tell.
 */
export class SharedDevices {
  readonly #holders = new Map<string, Set<object>>();
  readonly #turns = new Turns();

  /** Notes what a driver shows now. */
  note(driver: object, devices: readonly TokenDevice[]): void {
    this.forget(driver);
    for (const { serialNumber } of devices) {
      const serial = keyOf(serialNumber);
      if (serial === null) continue;
      const holders = this.#holders.get(serial) ?? new Set();
      this.#holders.set(serial, holders.add(driver));
    }
  }

  forget(driver: object): void {
    for (const [serial, holders] of this.#holders) {
      holders.delete(driver);
      if (holders.size === 0) this.#holders.delete(serial);
    }
  }

  /**
   * Runs a call to a device in its turn. It costs nothing while one driver alone shows the device.
   * @throws {CodedError} ERR_TOKEN_BUSY
   */
  run<T>(serialNumber: string, waitMs: number, call: () => Promise<T>): Promise<T> {
    const serial = keyOf(serialNumber);
    if (serial === null || (this.#holders.get(serial)?.size ?? 0) < 2) return call();
    return this.#turns.run(serial, waitMs, call);
  }
}

/** All hosts of this process. Agents of one person's session are one process: see the agent's lock on its state. */
export const sharedDevices = new SharedDevices();

/** Libraries write one number in their own ways: with spaces, in small letters. */
function keyOf(serialNumber: string): string | null {
  return serialNumber.replaceAll(/[\s-]/g, '').toUpperCase() || null;
}
