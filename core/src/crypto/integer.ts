import { fromHex, toHex } from '../bytes/hex.ts';

/** Non-negative integer of big-endian bytes. */
export function integerFromBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Big-endian bytes, left-padded with zeros to exactly `length`; the value must fit. */
export function integerToBytes(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(length * 2, '0'));
}
