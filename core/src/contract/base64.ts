/*
 * Base64 of the wire. The room `bytes` has a strict codec too; the contract stands on `errors` alone, so that whoever
 * speaks it (a page, a service of another maker) needs nothing else of core.
 */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Value of each ASCII character, 255 where it is not of the alphabet. */
const values = Uint8Array.from({ length: 128 }, (_, code) => {
  const index = alphabet.indexOf(String.fromCharCode(code));
  return index < 0 ? 255 : index;
});

function valueAt(text: string, index: number): number {
  return values[text.charCodeAt(index)] ?? 255;
}

/** Whether text is padded base64 (RFC 4648 §4) with no stray character and no stray bit. One scan, no allocation. */
export function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const end = text.length - padding;
  for (let index = 0; index < end; index++) if (valueAt(text, index) === 255) return false;
  // The bits that the last character has over must be zero, or two texts would mean the same bytes.
  const unused = padding === 2 ? 0b1111 : padding === 1 ? 0b11 : 0;
  return unused === 0 || (valueAt(text, end - 1) & unused) === 0;
}

/** Bytes of a text that {@link isBase64} accepts. */
export function base64ToBytes(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let index = 0; index < text.length; index += 4) {
    const group =
      (valueAt(text, index) << 18) |
      (valueAt(text, index + 1) << 12) |
      ((valueAt(text, index + 2) & 63) << 6) |
      (valueAt(text, index + 3) & 63);
    // Writes past the end of a typed array are ignored, which is what padding asks for.
    bytes[at++] = group >>> 16;
    bytes[at++] = group >>> 8;
    bytes[at++] = group;
  }
  return bytes;
}

/** Padded base64 of bytes. */
export function bytesToBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x6000) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 0x6000)));
  }
  return btoa(parts.join(''));
}
