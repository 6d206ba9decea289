import { fromHex } from '../bytes/hex.ts';

/** Non-negative integer of big-endian bytes. */
export function integerFromBytes(bytes: Uint8Array): bigint {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = bytes.length % 8;
  let value = 0n;
  for (let at = 0; at < head; at++) value = (value << 8n) | BigInt(words.getUint8(at));
  for (let at = head; at < bytes.length; at += 8) value = (value << 64n) | words.getBigUint64(at);
  return value;
}

/** Big-endian bytes, left-padded with zeros to exactly `length`; the value must fit. */
export function integerToBytes(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(length * 2, '0'));
}
