import { brokenCard } from '../../apdu/index.ts';
import { textOf } from './gm-channel.ts';
import type { GmNumbers } from './gm-numbers.ts';

export interface GmDeviceInfo {
  readonly manufacturer: string;
  readonly issuer: string;
  readonly label: string;
  readonly serialNumber: string;
  readonly firmwareVersion: string;
  readonly freeSpace: number;
}

/** DEVINFO of GM/T 0016-2012 §6.4.2, packed or not: the two differ by where the numbers begin. */
export function parseDeviceInfo(bytes: Uint8Array, { readU32 }: GmNumbers): GmDeviceInfo {
  if (bytes.length < packedBytes) throw brokenCard('GM GetDevInfo', `${bytes.length} bytes`);
  const text = (at: number, length: number) => textOf(bytes.subarray(at, at + length));
  const numbersAt = bytes.length >= naturalBytes ? 200 : 198;
  return {
    manufacturer: text(2, 64),
    issuer: text(66, 64),
    label: text(130, 32),
    serialNumber: text(162, 32),
    firmwareVersion: `${bytes[196] ?? 0}.${bytes[197] ?? 0}`,
    freeSpace: readU32(bytes, numbersAt + 20),
  };
}

const packedBytes = 294;
const naturalBytes = 296;
