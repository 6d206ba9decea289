import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A USB device as the system shows it. No serial number: it would name one person's key. */
export interface UsbDevice {
  /** Four hexadecimal digits, lower case. */
  readonly vendorId: string;
  readonly productId: string;
  readonly manufacturer: string;
  readonly product: string;
  /** Classes of its interfaces, two hexadecimal digits each: 03 HID, 08 mass storage, 0b smart card, ff the vendor's own. */
  readonly interfaceClasses: readonly string[];
}

const hub = '09';
const maxDevices = 256;
const maxText = 100;

/**
 * USB devices of this computer, hubs left out; null where the system has no sysfs (Windows and macOS are planned: SetupAPI, ioreg).
 *
 * @param folder  of sysfs
 */
export function listUsbDevices(folder = '/sys/bus/usb/devices'): readonly UsbDevice[] | null {
  const names = entriesOf(folder);
  if (names === null) return null;
  return names
    .filter((name) => !name.includes(':'))
    .slice(0, maxDevices)
    .flatMap((name) => {
      const place = path.join(folder, name);
      const [vendorId, productId] = [read(place, 'idVendor'), read(place, 'idProduct')];
      if (!/^[0-9a-f]{4}$/.test(vendorId) || !/^[0-9a-f]{4}$/.test(productId)) return [];
      if (read(place, 'bDeviceClass') === hub) return [];
      return [
        {
          vendorId,
          productId,
          manufacturer: read(place, 'manufacturer'),
          product: read(place, 'product'),
          interfaceClasses: interfacesOf(folder, names, name),
        },
      ];
    });
}

function interfacesOf(folder: string, names: readonly string[], device: string): readonly string[] {
  const classes = names
    .filter((name) => name.startsWith(`${device}:`))
    .map((name) => read(path.join(folder, name), 'bInterfaceClass'))
    .filter((each) => /^[0-9a-f]{2}$/.test(each));
  return [...new Set(classes)].sort();
}

function entriesOf(folder: string): readonly string[] | null {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/** Text that a device says of itself: one line, no control characters; empty when it says nothing. */
function read(folder: string, name: string): string {
  try {
    const text = readFileSync(path.join(folder, name), 'utf8');
    return text
      .replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ')
      .trim()
      .slice(0, maxText);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
