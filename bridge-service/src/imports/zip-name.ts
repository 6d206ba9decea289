import { crc32 } from 'node:zlib';
import { decodeText, isSurelyUtf8, oneLine } from './text-encoding.ts';

const utf8Flag = 1 << 11;
const unicodePathField = 0x7075;
const longestName = 300;

/**
 * The name of an entry as people gave it: by Info-ZIP's field for it where that belongs to this name, by the flag for UTF-8, or as it
 * looks: UTF-8 without the flag (macOS), GB18030 (Windows in Chinese). It is a label; nothing is ever opened by it.
 */
export function entryName(bytes: Buffer, flags: number, extra: Buffer): string {
  const name =
    unicodePath(bytes, extra) ??
    ((flags & utf8Flag) !== 0 || isSurelyUtf8(bytes) ? decodeText(bytes, 'utf-8') : decodeText(bytes, 'gb18030')) ??
    bytes.toString('latin1').replace(/[\x80-\xff]/g, '\ufffd');
  return oneLine(name.replaceAll('\\', '/'), longestName);
}

/** APPNOTE §4.6.9: version 1, CRC-32 of the name that it is for, the name in UTF-8. */
function unicodePath(name: Buffer, extra: Buffer): string | null {
  const field = extraField(extra, unicodePathField);
  if (field === null || field.length < 6 || field[0] !== 1 || field.readUInt32LE(1) !== crc32(name)) return null;
  return decodeText(field.subarray(5), 'utf-8');
}

export function extraField(extra: Buffer, wanted: number): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (at + 4 + length > extra.length) return null;
    if (extra.readUInt16LE(at) === wanted) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return null;
}
