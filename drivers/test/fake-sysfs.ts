import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface SysfsDevice {
  /** E.g. `1-2`, as the kernel names places. */
  readonly name: string;
  readonly vendorId: string;
  readonly productId: string;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly deviceClass?: string;
  readonly interfaceClasses?: readonly string[];
  readonly serial?: string;
}

/** Writes a device the way Linux shows it below /sys/bus/usb/devices; recorded from such folders. */
export function writeSysfsDevice(folder: string, device: SysfsDevice): void {
  const place = path.join(folder, device.name);
  mkdirSync(place, { recursive: true });
  const put = (name: string, text: string | undefined): void => {
    if (text !== undefined) writeFileSync(path.join(place, name), `${text}\n`);
  };
  put('idVendor', device.vendorId);
  put('idProduct', device.productId);
  put('bDeviceClass', device.deviceClass ?? '00');
  put('manufacturer', device.manufacturer);
  put('product', device.product);
  put('serial', device.serial);
  for (const [index, each] of (device.interfaceClasses ?? []).entries()) {
    const face = path.join(folder, `${device.name}:1.${index}`);
    mkdirSync(face, { recursive: true });
    writeFileSync(path.join(face, 'bInterfaceClass'), `${each}\n`);
  }
}
