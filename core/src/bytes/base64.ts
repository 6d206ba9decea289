import { CodedError } from '../errors/coded-error.ts';

const standardAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const urlAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const standardValues = valuesOf(standardAlphabet);
const urlValues = valuesOf(urlAlphabet);

/** Padded Base64 of RFC 4648 §4. */
export function toBase64(bytes: Uint8Array): string {
  const text = encode(bytes, standardAlphabet);
  return text.padEnd(Math.ceil(bytes.length / 3) * 4, '=');
}

/** Unpadded Base64 of RFC 4648 §5, as in JOSE. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, urlAlphabet);
}

/**
 * Strict Base64 of RFC 4648 §4: padded, no white space, and the unused bits of the last digit zero, so that each byte
 * string has exactly one text.
 *
 * @throws {CodedError} ERR_BYTES_BASE64_INVALID with the offset in the text
 */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw invalidAt(text.length);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decode(text, text.length - padding, standardValues);
}

/**
 * Strict unpadded Base64 of RFC 4648 §5.
 *
 * @throws {CodedError} ERR_BYTES_BASE64_INVALID with the offset in the text
 */
export function fromBase64Url(text: string): Uint8Array {
  return decode(text, text.length, urlValues);
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    if (left > 1) text += alphabet.charAt((group >> 6) & 63);
    if (left > 2) text += alphabet.charAt(group & 63);
  }
  return text;
}

function decode(text: string, digitCount: number, values: Int8Array): Uint8Array {
  if (digitCount % 4 === 1) throw invalidAt(digitCount);
  const bytes = new Uint8Array(Math.floor((digitCount * 3) / 4));
  let written = 0;
  let bits = 0;
  let bitCount = 0;
  for (let index = 0; index < digitCount; index++) {
    const code = text.charCodeAt(index);
    const value = code < 128 ? (values[code] ?? -1) : -1;
    if (value < 0) throw invalidAt(index);
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[written++] = (bits >> bitCount) & 0xff;
    }
  }
  if ((bits & ((1 << bitCount) - 1)) !== 0) throw invalidAt(digitCount - 1);
  return bytes;
}

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;
  return values;
}

function invalidAt(offset: number): CodedError {
  return new CodedError('ERR_BYTES_BASE64_INVALID', { offset });
}
