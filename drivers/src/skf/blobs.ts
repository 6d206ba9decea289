import { createPublicKey } from 'node:crypto';
import { derBitString, derOid, derSequence, oids } from '@onelock/core/asn1';
import { concatBytes } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey, type Sm2Ciphertext } from '@onelock/core/crypto';
import type { EnvelopeCipher } from '../port/index.ts';
import { layoutOf, readUlong, type SkfAbi, writeUlong } from './abi.ts';

/** Where a value of 32 bytes stands in its field of 64: the standard says right, some older keys have it left. */
export type FieldSide = 'right' | 'left';

const fieldBytes = 64;
const valueBytes = 32;

/** ECB of each cipher (GM/T 0006), as ENVELOPEDKEYBLOB names it. */
const envelopeAlgorithms = { sm4: 0x401, sm1: 0x101, ssf33: 0x201 } as const satisfies Record<EnvelopeCipher, number>;

/** A public key as SKF_ExportPublicKey and the generating functions give it out. */
export interface ExportedKey {
  readonly key: PublicKey;
  /** How the library aligns; null where the bytes do not show it (RSA). */
  readonly side: FieldSide | null;
}

/**
 * ECCPUBLICKEYBLOB or RSAPUBLICKEYBLOB (GM/T 0016-2012 §6.4), told apart by their lengths.
 * @returns null for what is neither, or no point of the curve
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID, ERR_DER_…
 */
export function decodePublicKeyBlob(bytes: Buffer, abi: SkfAbi): ExportedKey | null {
  if (bytes.length === layoutOf('ECCPUBLICKEYBLOB', abi).size) return decodeEccPublicKey(bytes, abi);
  if (bytes.length === layoutOf('RSAPUBLICKEYBLOB', abi).size) return decodeRsaPublicKey(bytes, abi);
  return null;
}

export function decodeEccPublicKey(bytes: Buffer, abi: SkfAbi): ExportedKey | null {
  const { offsets } = layoutOf('ECCPUBLICKEYBLOB', abi);
  const x = decodeField(bytes.subarray(offsets.XCoordinate ?? 0), 'auto');
  const y = decodeField(bytes.subarray(offsets.YCoordinate ?? 0), 'auto');
  if (x === null || y === null) return null;
  const point = concatBytes(Uint8Array.of(4), x.value, y.value);
  const algorithm = derSequence(derOid(oids.ecPublicKey), derOid(oids.sm2));
  return { key: parsePublicKey(derSequence(algorithm, derBitString(point))), side: x.side };
}

/** The modulus is right-aligned by the standard; a key shorter than the field is left-aligned in some libraries. */
export function decodeRsaPublicKey(bytes: Buffer, abi: SkfAbi): ExportedKey | null {
  const { offsets } = layoutOf('RSAPUBLICKEYBLOB', abi);
  const length = Math.ceil(readUlong(bytes, offsets.BitLen ?? 0, abi) / 8);
  const field = bytes.subarray(offsets.Modulus ?? 0, (offsets.Modulus ?? 0) + 256);
  if (length < 64 || length > field.length) return null;
  const left = field.subarray(field.length - length)[0] === 0;
  const modulus = left ? field.subarray(0, length) : field.subarray(field.length - length);
  const exponent = bytes.subarray(offsets.PublicExponent ?? 0, (offsets.PublicExponent ?? 0) + 4);
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponentOf(exponent).toString('base64url') };
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  return { key: parsePublicKey(new Uint8Array(spki)), side: null };
}

/** Big-endian by the standard. 00 01 00 01 reads the same both ways; 01 00 01 00 is what it is little-endian. */
function exponentOf(field: Buffer): Buffer {
  const bytes = field[0] !== 0 && field[3] === 0 ? Buffer.from(field).reverse() : field;
  const first = bytes.findIndex((byte) => byte !== 0);
  return bytes.subarray(Math.max(0, first));
}

/** A value in the first 64 bytes; null when it fills neither half alone. */
export function decodeField(
  bytes: Uint8Array,
  side: FieldSide | 'auto',
): { readonly value: Uint8Array; readonly side: FieldSide } | null {
  const left = bytes.subarray(0, valueBytes);
  const right = bytes.subarray(valueBytes, fieldBytes);
  if (side !== 'left' && isZero(left)) return { value: right, side: 'right' };
  if (side !== 'right' && isZero(right)) return { value: left, side: 'left' };
  return null;
}

/** ECCCIPHERBLOB with as many bytes of Cipher as it says. */
export function encodeCipherBlob({ c1, c2, c3 }: Sm2Ciphertext, abi: SkfAbi, side: FieldSide): Buffer {
  const { offsets, size } = layoutOf('ECCCIPHERBLOB', abi);
  const at = (name: string): number => offsets[name] ?? 0;
  const blob = Buffer.alloc(Math.max(size, at('Cipher') + c2.length));
  putPoint(blob, at('XCoordinate'), c1, side);
  blob.set(c3, at('HASH'));
  writeUlong(blob, at('CipherLen'), c2.length, abi);
  blob.set(c2, at('Cipher'));
  return blob;
}

/** What ENVELOPEDKEYBLOB is made of. */
export interface EnvelopeParts {
  readonly symmetricKey: Sm2Ciphertext;
  /** 0x04 ‖ X ‖ Y */
  readonly publicPoint: Uint8Array;
  readonly cipher: EnvelopeCipher;
  /** 64 bytes */
  readonly encryptedScalar: Uint8Array;
}

/** ENVELOPEDKEYBLOB of GM/T 0016-2012 §6.4.10, version 1. */
export function encodeEnvelope(parts: EnvelopeParts, abi: SkfAbi, side: FieldSide): Buffer {
  const { offsets } = layoutOf('ENVELOPEDKEYBLOB', abi);
  const at = (name: string): number => offsets[name] ?? 0;
  const cipher = encodeCipherBlob(parts.symmetricKey, abi, side);
  const blob = Buffer.alloc(Math.max(layoutOf('ENVELOPEDKEYBLOB', abi).size, at('ECCCipherBlob') + cipher.length));
  writeUlong(blob, at('Version'), 1, abi);
  writeUlong(blob, at('ulSymmAlgID'), envelopeAlgorithms[parts.cipher], abi);
  writeUlong(blob, at('ulBits'), 256, abi);
  blob.set(parts.encryptedScalar, at('cbEncryptedPriKey'));
  const key = layoutOf('ECCPUBLICKEYBLOB', abi).offsets;
  writeUlong(blob, at('PubKey') + (key.BitLen ?? 0), 256, abi);
  putPoint(blob, at('PubKey') + (key.XCoordinate ?? 0), parts.publicPoint, side);
  blob.set(cipher, at('ECCCipherBlob'));
  return blob;
}

/** X and Y of 0x04 ‖ X ‖ Y in two fields, one after the other. */
function putPoint(blob: Buffer, at: number, point: Uint8Array, side: FieldSide): void {
  const offset = side === 'right' ? fieldBytes - valueBytes : 0;
  blob.set(point.subarray(1, 1 + valueBytes), at + offset);
  blob.set(point.subarray(1 + valueBytes), at + fieldBytes + offset);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
