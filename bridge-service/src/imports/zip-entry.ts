import { Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type ByteSource, pieces } from './byte-source.ts';
import { malformed, overLimit, readLimits, type UnpackBudget } from './limits.ts';
import type { ZipEntry } from './zip-directory.ts';

const localHeader = 0x04034b50;
const localHeaderBytes = 30;
const stored = 0;
const deflated = 8;
/** Up to here an entry is unpacked at one go, which for ten thousand small files is a hundred times faster. */
const atOnceBytes = 1024 * 1024;

/**
 * The content of an entry, counted as it comes: what the directory says of its size is checked and never believed.
 *
 * @throws {CodedError} ERR_IMPORT_ENCRYPTED, ERR_IMPORT_MALFORMED, ERR_IMPORT_LIMIT
 */
export async function* entryBytes(
  source: ByteSource,
  entry: ZipEntry,
  budget: UnpackBudget,
  place: string,
): AsyncGenerator<Buffer> {
  const start = dataStart(source, entry, place);
  let size = 0;
  let sum = 0;
  const counted = (piece: Buffer): Buffer => {
    size += piece.length;
    if (size > entry.size) throw malformed('more content than announced', place);
    if (size > readLimits.ratioFreeBytes && size > entry.packed * readLimits.unpackedRatio)
      throw overLimit('times its packed size', readLimits.unpackedRatio);
    budget.take(piece.length);
    sum = crc32(piece, sum);
    return piece;
  };
  if (entry.method === stored) {
    if (entry.packed !== entry.size) throw malformed('size', place);
    for (const piece of pieces(source, start, start + entry.packed)) yield counted(piece);
  } else if (entry.size <= atOnceBytes && entry.packed <= atOnceBytes) {
    yield counted(inflateAtOnce(source.read(start, entry.packed), entry.size, place));
  } else yield* inflated(source, start, start + entry.packed, counted, place);
  if (size !== entry.size) throw malformed('less content than announced', place);
  if (sum !== entry.crc) throw malformed('checksum', place);
}

function dataStart(source: ByteSource, entry: ZipEntry, place: string): number {
  if (entry.encrypted) throw new CodedError('ERR_IMPORT_ENCRYPTED');
  if (entry.method !== stored && entry.method !== deflated) throw malformed(`method ${entry.method}`, place);
  const header = source.read(entry.offset, localHeaderBytes);
  if (header.length !== localHeaderBytes || header.readUInt32LE(0) !== localHeader)
    throw malformed('local header', place);
  const start = entry.offset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.packed > entry.end) throw malformed('files over one another', place);
  return start;
}

function inflateAtOnce(packed: Buffer, size: number, place: string): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    throw malformed('compressed content', place, error);
  }
}

async function* inflated(
  source: ByteSource,
  start: number,
  end: number,
  counted: (piece: Buffer) => Buffer,
  place: string,
): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  const packed = Readable.from(pieces(source, start, end));
  packed.on('error', (error) => inflate.destroy(error));
  try {
    for await (const piece of packed.pipe(inflate)) yield counted(piece as Buffer);
  } catch (error) {
    throw isCodedError(error) ? error : malformed('compressed content', place, error);
  } finally {
    packed.destroy();
    inflate.destroy();
  }
}
