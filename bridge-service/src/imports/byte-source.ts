import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes that can be read anywhere: a file on the disk, or a small one in memory. */
export interface ByteSource {
  readonly size: number;
  /** Fewer than asked for at the end alone. */
  read(offset: number, length: number): Buffer;
}

/** Bytes in order, anew each time it is asked. */
export type ByteStream = () => AsyncIterable<Uint8Array>;

const pieceBytes = 256 * 1024;

export function fileSource(file: string): ByteSource & { close(): void } {
  const descriptor = openSync(file, 'r');
  return {
    size: fstatSync(descriptor).size,
    read(offset, length) {
      const bytes = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const got = readSync(descriptor, bytes, filled, length - filled, offset + filled);
        if (got === 0) break;
        filled += got;
      }
      return bytes.subarray(0, filled);
    },
    close: () => closeSync(descriptor),
  };
}

export function memorySource(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: buffer.length,
    read: (offset, length) =>
      buffer.subarray(Math.min(offset, buffer.length), Math.min(offset + length, buffer.length)),
  };
}

/** A part of a source, piece by piece. */
export function* pieces(source: ByteSource, start = 0, end: number = source.size): Generator<Buffer> {
  for (let at = start; at < end; ) {
    const piece = source.read(at, Math.min(pieceBytes, end - at));
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}

export function streamOf(source: ByteSource): ByteStream {
  return async function* () {
    yield* pieces(source);
  };
}

/** All of a stream, or null when it has more bytes than these. */
export async function gather(stream: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
