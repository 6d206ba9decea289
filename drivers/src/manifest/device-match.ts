import { matchesPattern } from '../port/index.ts';
import type { DriverManifest } from './manifest-schema.ts';

/** What a computer sees of a device before any driver is asked. Lower-case hexadecimal. */
export interface DeviceFacts {
  readonly usb?: { readonly vendorId: string; readonly productId: string } | undefined;
  readonly atr?: string | undefined;
  /** Name of the reader or device. */
  readonly name?: string | undefined;
}

/** Whether a manifest says that a device is one of its own: by USB ids, by the masked ATR or by the name. */
export function matchesDevice({ devices }: Pick<DriverManifest, 'devices'>, facts: DeviceFacts): boolean {
  const { usb, atr, name } = facts;
  const byUsb =
    usb &&
    devices.usb?.some(
      ({ vendorId, productId }) =>
        vendorId === usb.vendorId && (productId === undefined || productId === usb.productId),
    );
  const byAtr = atr !== undefined && devices.atrs?.some((pattern) => matchesAtr(atr, pattern.atr, pattern.mask));
  const byName = name !== undefined && devices.names?.some((pattern) => matchesPattern(name, pattern));
  return byUsb === true || byAtr === true || byName === true;
}

/** The masked comparison of PC/SC: a bit of the mask that is 0 does not count. */
function matchesAtr(atr: string, wanted: string, mask = 'ff'.repeat(wanted.length / 2)): boolean {
  if (atr.length !== wanted.length) return false;
  for (let at = 0; at < wanted.length; at += 2) {
    const byte = (hex: string): number => Number.parseInt(hex.slice(at, at + 2), 16);
    if (((byte(atr) ^ byte(wanted)) & byte(mask)) !== 0) return false;
  }
  return true;
}
