const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Uint8Array(128);
for (let value = 0; value < 64; value += 1) values[alphabet.charCodeAt(value)] = value;

/** Standard base64 with padding (RFC 4648 §4). Own code, because `btoa` wants strings and `Buffer` is Node's alone. */
export function bytesToBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    text += left > 1 ? alphabet.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? alphabet.charAt(group & 63) : '=';
  }
  return text;
}

/** Strict inverse of {@link bytesToBase64}: null for anything that it would not have written. */
export function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const valueAt = (at: number): number => values[text.charCodeAt(at)] ?? 0;
  // The bits that padding leaves unused must be zero, so that one value has one text.
  if (padding > 0 && (valueAt(text.length - padding - 1) & (padding === 2 ? 15 : 3)) !== 0) return null;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let at = 0, to = 0; at < text.length; at += 4) {
    const group = (valueAt(at) << 18) | (valueAt(at + 1) << 12) | (valueAt(at + 2) << 6) | valueAt(at + 3);
    for (let shift = 16; shift >= 0 && to < bytes.length; shift -= 8, to += 1) bytes[to] = (group >> shift) & 255;
  }
  return bytes;
}
