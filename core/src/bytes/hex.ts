import { CodedError } from '../errors/coded-error.ts';

const digits = '0123456789abcdef';
const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => `${digits[byte >> 4]}${digits[byte & 15]}`);

/** Lower-case hexadecimal text, two digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += pairs[byte];
  return text;
}

/**
 * Bytes of hexadecimal text in either case. No prefix, no separators, an even number of digits.
 *
 * @throws {CodedError} ERR_BYTES_HEX_INVALID
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new CodedError('ERR_BYTES_HEX_INVALID');
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (digitValue(text.charCodeAt(index * 2)) << 4) | digitValue(text.charCodeAt(index * 2 + 1));
  }
  return bytes;
}

function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x66) return lower - 0x61 + 10;
  throw new CodedError('ERR_BYTES_HEX_INVALID');
}
