import { isAscii, isUtf8 } from 'node:buffer';
import type { ByteStream } from './byte-source.ts';

export type TextEncodingName = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

const gb18030 = new TextDecoder('gb18030', { fatal: true });

/** Text of these bytes, or null when they are none in this encoding. */
export function decodeText(bytes: Buffer, encoding: 'utf-8' | 'gb18030'): string | null {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (encoding === 'utf-8') return isUtf8(bytes) ? bytes.toString('utf8') : null;
  try {
    return gb18030.decode(bytes);
  } catch {
    // The decoder says no more than that these bytes are no text.
    return null;
  }
}

/**
 * Whether bytes are UTF-8 beyond doubt: well-formed, with a letter of three bytes or more. Two-byte letters prove nothing: pairs of GBK
 * such as 联通 pass for them.
 */
export function isSurelyUtf8(bytes: Buffer): boolean {
  return bytes.some((byte) => byte >= 0xe0) && isUtf8(bytes);
}

/** By its byte order mark, else UTF-8 where all of it is well-formed, else GB18030. Reads the stream to its end or to the first doubt. */
export async function detectEncoding(stream: ByteStream): Promise<TextEncodingName> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let first = true;
  try {
    for await (const piece of stream()) {
      if (first) {
        first = false;
        if (piece[0] === 0xff && piece[1] === 0xfe) return 'utf-16le';
        if (piece[0] === 0xfe && piece[1] === 0xff) return 'utf-16be';
      }
      utf8.decode(piece, { stream: true });
    }
    utf8.decode();
    return 'utf-8';
  } catch (error) {
    if (error instanceof TypeError) return 'gb18030';
    throw error;
  }
}

/** Bytes of a text file with its mark taken off, UTF-16 turned into UTF-8. */
export async function* normalText(stream: ByteStream, encoding: TextEncodingName): AsyncGenerator<Buffer> {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const decoder = new TextDecoder(encoding);
    for await (const piece of stream()) yield Buffer.from(decoder.decode(piece, { stream: true }), 'utf8');
    yield Buffer.from(decoder.decode(), 'utf8');
    return;
  }
  let first = true;
  for await (const piece of stream()) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const marked = first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    first = false;
    yield marked ? bytes.subarray(3) : bytes;
  }
}

/**
 * The text of a cell as it was meant: without the invisible characters that copying leaves, in one line, and without the `="…"` by which programs
 * keep spreadsheets from taking digits for a number.
 */
export function plainCell(text: string): string {
  const bare = text.startsWith('="') && text.endsWith('"') ? text.slice(2, -1).replaceAll('""', '"') : text;
  return bare
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line for people, in a page, a log or a database: no control and no invisible character. */
export function oneLine(text: string, longest: number): string {
  const line = text.replace(controls, '\ufffd');
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
