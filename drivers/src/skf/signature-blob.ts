import { concatBytes } from '@onelock/core/bytes';
import type { SkfQuirks } from '../port/index.ts';
import { decodeField } from './blobs.ts';

export type Alignment = NonNullable<SkfQuirks['signatureAlignment']>;

const fieldBytes = 64;

/**
 * ECCSIGNATUREBLOB (GM/T 0016-2012 §6.4.9), r and s in 64 bytes each. The standard aligns values of 256 bits to the right;
 * some older keys align them to the left, and `auto` goes by which half is empty.
 *
 * @returns r ‖ s, 64 bytes, or null when a value fills neither half alone
 */
export function decodeSignatureBlob(blob: Uint8Array, alignment: Alignment): Uint8Array | null {
  const r = decodeField(blob.subarray(0, fieldBytes), alignment);
  const s = decodeField(blob.subarray(fieldBytes, 2 * fieldBytes), alignment);
  return r === null || s === null ? null : concatBytes(r.value, s.value);
}
