import { CodedError } from '@onelock/core/errors';
import { layoutOf, readUlong, type SkfAbi } from './abi.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { decodeField } from './names.ts';

/** DEVINFO, read. */
export interface DeviceInfo {
  readonly manufacturer: string;
  readonly issuer: string;
  readonly label: string;
  readonly serialNumber: string;
  readonly firmwareVersion: string;
  /** SGD_* families as bits; 0 where the vendor left it out. */
  readonly symmetricAlgorithms: number;
  readonly asymmetricAlgorithms: number;
  readonly digestAlgorithms: number;
  readonly freeSpace: number;
}

const room = 1024;
/** What the buffer holds before the call: a byte that a library does not write at the end of a structure. */
const untouched = 0xa5;

const everyAbi: readonly SkfAbi[] = [
  { packing: 'pack1', ulongBytes: 4 },
  { packing: 'natural', ulongBytes: 4 },
  { packing: 'pack1', ulongBytes: 8 },
  { packing: 'natural', ulongBytes: 8 },
];

/**
 * Asks a device what it is.
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID when the library lays its structures out otherwise than configured
 */
export async function readDeviceInfo(library: SkfLibrary, device: SkfHandle): Promise<DeviceInfo> {
  const out = Buffer.alloc(room, untouched);
  await library.call('SKF_GetDevInfo', device, out);
  demandLayout(writtenLength(out), library.abi);
  return decodeDeviceInfo(out, library.abi);
}

export function decodeDeviceInfo(bytes: Buffer, abi: SkfAbi): DeviceInfo {
  const { offsets } = layoutOf('DEVINFO', abi);
  const at = (field: string): number => offsets[field] ?? 0;
  const text = (field: string, length: number): string => decodeField(bytes.subarray(at(field), at(field) + length));
  const firmware = at('FirmwareVersion');
  return {
    manufacturer: text('Manufacturer', 64),
    issuer: text('Issuer', 64),
    label: text('Label', 32),
    serialNumber: text('SerialNumber', 32),
    firmwareVersion: `${bytes[firmware] ?? 0}.${bytes[firmware + 1] ?? 0}`,
    symmetricAlgorithms: readUlong(bytes, at('AlgSymCap'), abi),
    asymmetricAlgorithms: readUlong(bytes, at('AlgAsymCap'), abi),
    digestAlgorithms: readUlong(bytes, at('AlgHashCap'), abi),
    freeSpace: readUlong(bytes, at('FreeSpace'), abi),
  };
}

/**
 * Which layouts a library may have that wrote so many bytes of DEVINFO: the whole of it, or all but Reserved. The four
 * layouts have eight different such lengths (294, 296, 326, 328 and 64 less of each).
 */
export function abiOfLength(length: number): SkfAbi | undefined {
  return everyAbi.find((abi) => {
    const { size, offsets } = layoutOf('DEVINFO', abi);
    return length === size || length === offsets.Reserved;
  });
}

function demandLayout(length: number, configured: SkfAbi): void {
  const found = abiOfLength(length);
  if (found === undefined) return;
  for (const field of ['packing', 'ulongBytes'] as const)
    if (found[field] !== configured[field])
      throw new CodedError('ERR_DRIVER_CONFIG_INVALID', {
        field: `/quirks/${field}`,
        rule: `must be ${found[field]}: the library writes ${length} bytes of DEVINFO`,
      });
}

function writtenLength(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === untouched) end -= 1;
  return end;
}
