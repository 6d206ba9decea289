import type { Pin, PinStatus } from '@onelock/drivers/port';
import type { PresentDevice } from '../tokens/fleet.ts';

/** Devices with keys of their own, for as long as they stay. */
const padded = new WeakSet<PresentDevice>();

/** Remembers what the token's status says: every act that may unlock a key looks at it first. */
export function notePinPad(present: PresentDevice, { typedOnDevice }: PinStatus): void {
  if (typedOnDevice === true) padded.add(present);
}

/** Whether PINs are typed on the device itself, so that no window may ask for one. */
export function hasPinPad(present: PresentDevice): boolean {
  return padded.has(present);
}

/** What a driver is given in place of a PIN that is typed on the device. */
export function noPin(): Pin {
  return new Uint8Array() as Pin;
}
