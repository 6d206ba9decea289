import type { ByteSource } from './byte-source.ts';
import { malformed, overLimit, readLimits } from './limits.ts';
import { entryName, extraField } from './zip-name.ts';

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
  /** No byte of it is at or beyond. */
  readonly end: number;
}

const endRecord = 0x06054b50;
const endRecordBytes = 22;
const longestComment = 0xffff;
const locator64 = 0x07064b50;
const endRecord64 = 0x06064b50;
const header = 0x02014b50;
const headerBytes = 46;
const zip64Field = 1;

/**
 * The central directory of an archive (APPNOTE §4.3), which alone says what is in it. Entries that lie over one another, which honest
 * archives never have, are refused: a bomb is made of them.
 *
 * @throws {CodedError} ERR_IMPORT_MALFORMED, ERR_IMPORT_LIMIT
 */
export function readZipDirectory(source: ByteSource, place: string): readonly ZipEntry[] {
  const { entries: count, start, size } = readEnd(source, place);
  if (count > readLimits.archiveEntries) throw overLimit('files in an archive', readLimits.archiveEntries);
  if (size > readLimits.archiveDirectoryBytes)
    throw overLimit('bytes of a directory', readLimits.archiveDirectoryBytes);
  const directory = source.read(start, size);
  if (directory.length !== size) throw malformed('central directory', place);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + headerBytes > size || directory.readUInt32LE(at) !== header) throw malformed('central directory', place);
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const next = at + headerBytes + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (next > size) throw malformed('central directory', place);
    entries.push(readEntry(directory.subarray(at, next), nameLength, extraLength, start, place));
    at = next;
  }
  return separated(entries, place);
}

function readEntry(
  record: Buffer,
  nameLength: number,
  extraLength: number,
  directoryStart: number,
  place: string,
): ZipEntry {
  const flags = record.readUInt16LE(8);
  const name = record.subarray(headerBytes, headerBytes + nameLength);
  const extra = record.subarray(headerBytes + nameLength, headerBytes + nameLength + extraLength);
  let [size, packed, offset] = [record.readUInt32LE(24), record.readUInt32LE(20), record.readUInt32LE(42)];
  const wide = extraField(extra, zip64Field);
  let at = 0;
  const widened = (value: number): number => {
    if (value !== 0xffffffff) return value;
    if (wide === null || at + 8 > wide.length) throw malformed('zip64', place);
    at += 8;
    return safe(wide.readBigUInt64LE(at - 8), place);
  };
  [size, packed, offset] = [widened(size), widened(packed), widened(offset)];
  if (offset >= directoryStart) throw malformed('central directory', place);
  return {
    ...{ name: entryName(name, flags, extra), method: record.readUInt16LE(10), encrypted: (flags & 1) !== 0 },
    ...{ crc: record.readUInt32LE(16), packed, size, offset, end: directoryStart },
  };
}

/** Each ends before the next begins. */
function separated(entries: readonly ZipEntry[], place: string): readonly ZipEntry[] {
  const order = entries.map((_, index) => index);
  order.sort((a, b) => (entries[a]?.offset ?? 0) - (entries[b]?.offset ?? 0));
  const bounded = [...entries];
  for (const [rank, index] of order.entries()) {
    const entry = entries[index];
    const next = entries[order[rank + 1] ?? -1];
    if (entry === undefined) continue;
    const end = next?.offset ?? entry.end;
    if (entry.offset + 30 + entry.packed > end) throw malformed('files over one another', place);
    bounded[index] = { ...entry, end };
  }
  return bounded;
}

function readEnd(source: ByteSource, place: string) {
  const tailStart = Math.max(0, source.size - endRecordBytes - longestComment);
  const tail = source.read(tailStart, source.size - tailStart);
  for (let at = tail.length - endRecordBytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endRecord) continue;
    // The comment ends where the file does; else this is data that looks like a record.
    if (at + endRecordBytes + tail.readUInt16LE(at + 20) !== tail.length) continue;
    if (tail.readUInt16LE(at + 4) !== 0 && tail.readUInt16LE(at + 4) !== 0xffff)
      throw malformed('archive in several volumes', place);
    const found = {
      entries: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      start: tail.readUInt32LE(at + 16),
    };
    const wide = found.entries === 0xffff || found.size === 0xffffffff || found.start === 0xffffffff;
    const end = wide ? readEnd64(source, tailStart + at, place) : found;
    if (end.start + end.size > tailStart + at) throw malformed('central directory', place);
    return end;
  }
  throw malformed('end of an archive', place);
}

function readEnd64(source: ByteSource, endOffset: number, place: string) {
  const locator = endOffset < 20 ? Buffer.alloc(0) : source.read(endOffset - 20, 20);
  if (locator.length !== 20 || locator.readUInt32LE(0) !== locator64) throw malformed('zip64', place);
  const record = source.read(safe(locator.readBigUInt64LE(8), place), 56);
  if (record.length !== 56 || record.readUInt32LE(0) !== endRecord64) throw malformed('zip64', place);
  return {
    entries: safe(record.readBigUInt64LE(32), place),
    size: safe(record.readBigUInt64LE(40), place),
    start: safe(record.readBigUInt64LE(48), place),
  };
}

function safe(value: bigint, place: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) / 2n) throw malformed('zip64', place);
  return Number(value);
}
