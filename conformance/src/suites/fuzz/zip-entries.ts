import { inflateRawSync } from 'node:zlib';
import { CodedError } from '@onelock/core/errors';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const localEntry = 0x04034b50;
const mostBytesOfEntry = 64 * 1024 * 1024;

/**
 * The files of a ZIP archive (APPNOTE 6.3 §4.3), stored or deflated, folders left out: what our own vectors and the
 * published ones use, and no more.
 *
 * @throws {CodedError} ERR_SUITE_FORMAT { file, field }
 */
export function readZipEntries(archive: Uint8Array, file: string): readonly ZipEntry[] {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.length < end + 22 || bytes.readUInt32LE(end) !== endOfDirectory) throw malformed(file, 'end');
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== directoryEntry) throw malformed(file, 'directory');
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    if (!name.endsWith('/')) entries.push({ name, bytes: contentsOf(bytes, at, file, name) });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function contentsOf(bytes: Buffer, entry: number, file: string, name: string): Uint8Array {
  const method = bytes.readUInt16LE(entry + 10);
  const size = bytes.readUInt32LE(entry + 20);
  const local = bytes.readUInt32LE(entry + 42);
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== localEntry) throw malformed(file, name);
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (start + size > bytes.length) throw malformed(file, name);
  const stored = bytes.subarray(start, start + size);
  if (method === 0) return new Uint8Array(stored);
  if (method !== 8) throw malformed(file, `${name}: method ${method}`);
  try {
    return new Uint8Array(inflateRawSync(stored, { maxOutputLength: mostBytesOfEntry }));
  } catch (cause) {
    throw new CodedError('ERR_SUITE_FORMAT', { file, field: name }, { cause });
  }
}

function malformed(file: string, field: string): CodedError {
  return new CodedError('ERR_SUITE_FORMAT', { file, field });
}
