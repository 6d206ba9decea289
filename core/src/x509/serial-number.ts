import { toHex } from '../bytes/hex.ts';

/**
 * Serial number for people, logs and look-ups: lower-case hexadecimal of the magnitude, whole octets, at least one.
 *
 * @param content  contents of the INTEGER, two's complement and minimal
 */
export function formatSerialNumber(content: Uint8Array): string {
  const first = content[0] ?? 0;
  if (first >= 0x80) return `-${toHex(negated(content))}`;
  return toHex(first === 0 && content.length > 1 ? content.subarray(1) : content);
}

function negated(content: Uint8Array): Uint8Array {
  const magnitude = Uint8Array.from(content, (octet) => ~octet & 0xff);
  for (let index = magnitude.length - 1; index >= 0; index--) {
    const sum = (magnitude[index] ?? 0) + 1;
    magnitude[index] = sum & 0xff;
    if (sum <= 0xff) break;
  }
  return magnitude;
}
