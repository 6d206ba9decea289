/**
 * The structures of GM/T 0016-2012 §6.4 as one vendor's compiler laid them out. The standard fixes fields and order; packing
 * and the width of ULONG differ from vendor to vendor and are data of its configuration.
 */

export interface SkfAbi {
  /** `pack1`: #pragma pack(1), as on Windows; `natural`: what the compiler does by itself. */
  readonly packing: 'pack1' | 'natural';
  /** ULONG: 4, or 8 where a vendor wrote `unsigned long` on 64-bit Linux. */
  readonly ulongBytes: 4 | 8;
}

/** A field: bytes of a fixed length, a ULONG, or a structure within. */
type FieldType = { readonly bytes: number } | 'ulong' | { readonly struct: StructFields };
type StructFields = readonly (readonly [name: string, type: FieldType])[];

export interface StructLayout {
  readonly size: number;
  readonly alignment: number;
  readonly offsets: Readonly<Record<string, number>>;
}

const version = [
  ['major', { bytes: 1 }],
  ['minor', { bytes: 1 }],
] as const satisfies StructFields;

const eccPublicKey = [
  ['BitLen', 'ulong'],
  ['XCoordinate', { bytes: 64 }],
  ['YCoordinate', { bytes: 64 }],
] as const satisfies StructFields;

/** One byte of Cipher stands for as many as CipherLen says. */
const eccCipher = [
  ['XCoordinate', { bytes: 64 }],
  ['YCoordinate', { bytes: 64 }],
  ['HASH', { bytes: 32 }],
  ['CipherLen', 'ulong'],
  ['Cipher', { bytes: 1 }],
] as const satisfies StructFields;

export const structs = {
  DEVINFO: [
    ['Version', { struct: version }],
    ['Manufacturer', { bytes: 64 }],
    ['Issuer', { bytes: 64 }],
    ['Label', { bytes: 32 }],
    ['SerialNumber', { bytes: 32 }],
    ['HWVersion', { struct: version }],
    ['FirmwareVersion', { struct: version }],
    ['AlgSymCap', 'ulong'],
    ['AlgAsymCap', 'ulong'],
    ['AlgHashCap', 'ulong'],
    ['DevAuthAlgId', 'ulong'],
    ['TotalSpace', 'ulong'],
    ['FreeSpace', 'ulong'],
    ['MaxECCBufferSize', 'ulong'],
    ['MaxBufferSize', 'ulong'],
    ['Reserved', { bytes: 64 }],
  ],
  RSAPUBLICKEYBLOB: [
    ['AlgID', 'ulong'],
    ['BitLen', 'ulong'],
    ['Modulus', { bytes: 256 }],
    ['PublicExponent', { bytes: 4 }],
  ],
  RSAPRIVATEKEYBLOB: [
    ['AlgID', 'ulong'],
    ['BitLen', 'ulong'],
    ['Modulus', { bytes: 256 }],
    ['PublicExponent', { bytes: 4 }],
    ['PrivateExponent', { bytes: 256 }],
    ['Prime1', { bytes: 128 }],
    ['Prime2', { bytes: 128 }],
    ['Prime1Exponent', { bytes: 128 }],
    ['Prime2Exponent', { bytes: 128 }],
    ['Coefficient', { bytes: 128 }],
  ],
  ECCPUBLICKEYBLOB: eccPublicKey,
  ECCPRIVATEKEYBLOB: [
    ['BitLen', 'ulong'],
    ['PrivateKey', { bytes: 64 }],
  ],
  ECCCIPHERBLOB: eccCipher,
  ECCSIGNATUREBLOB: [
    ['r', { bytes: 64 }],
    ['s', { bytes: 64 }],
  ],
  BLOCKCIPHERPARAM: [
    ['IV', { bytes: 32 }],
    ['IVLen', 'ulong'],
    ['PaddingType', 'ulong'],
    ['FeedBitLen', 'ulong'],
  ],
  ENVELOPEDKEYBLOB: [
    ['Version', 'ulong'],
    ['ulSymmAlgID', 'ulong'],
    ['ulBits', 'ulong'],
    ['cbEncryptedPriKey', { bytes: 64 }],
    ['PubKey', { struct: eccPublicKey }],
    ['ECCCipherBlob', { struct: eccCipher }],
  ],
  FILEATTRIBUTE: [
    ['FileName', { bytes: 32 }],
    ['FileSize', 'ulong'],
    ['ReadRights', 'ulong'],
    ['WriteRights', 'ulong'],
  ],
} as const satisfies Record<string, StructFields>;

export type StructName = keyof typeof structs;

/** Offsets and size in bytes of a structure, as a C compiler computes them. */
export function layoutOf(name: StructName, abi: SkfAbi): StructLayout {
  return layOut(structs[name], abi);
}

function layOut(fields: StructFields, abi: SkfAbi): StructLayout {
  const offsets: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const [name, type] of fields) {
    const field = measure(type, abi);
    offsets[name] = roundUp(end, field.alignment);
    end = roundUp(end, field.alignment) + field.size;
    alignment = Math.max(alignment, field.alignment);
  }
  return { size: roundUp(end, alignment), alignment, offsets };
}

function measure(type: FieldType, abi: SkfAbi): { readonly size: number; readonly alignment: number } {
  if (type === 'ulong') return { size: abi.ulongBytes, alignment: abi.packing === 'pack1' ? 1 : abi.ulongBytes };
  if ('bytes' in type) return { size: type.bytes, alignment: 1 };
  return layOut(type.struct, abi);
}

function roundUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** A ULONG in the machine's order, which is little-endian wherever such libraries exist. */
export function readUlong(bytes: Buffer, offset: number, { ulongBytes }: SkfAbi): number {
  return ulongBytes === 4 ? bytes.readUInt32LE(offset) : Number(bytes.readBigUInt64LE(offset));
}

export function writeUlong(bytes: Buffer, offset: number, value: number, { ulongBytes }: SkfAbi): void {
  if (ulongBytes === 4) bytes.writeUInt32LE(value, offset);
  else bytes.writeBigUInt64LE(BigInt(value), offset);
}
