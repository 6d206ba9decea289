import { CodedError } from '../errors/coded-error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a text; a lone surrogate becomes U+FFFD, as in every platform's encoder. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Strict UTF-8: no overlong forms, no surrogates, nothing after the last whole character. A byte order mark is kept.
 *
 * @throws {CodedError} ERR_BYTES_UTF8_INVALID
 */
export function utf8Decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CodedError('ERR_BYTES_UTF8_INVALID', {}, { cause });
  }
}
