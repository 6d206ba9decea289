import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { joinBytes } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';

const pieceBytes = 1024 * 1024;

/**
 * A whole file of at most so many bytes. What its size already shows to be too large is not read at all, and of what tells no
 * size (a pipe, a device) no more than the limit.
 *
 * @throws {CodedError} ERR_BYTES_TOO_LARGE { limit, actual } (of what tells no size: what was read until then)
 */
export function readBounded(file: string, limit: number): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > limit) throw tooLarge(limit, size);
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const piece = new Uint8Array(Math.min(size > length ? size - length : pieceBytes, limit - length + 1));
      const read = readSync(descriptor, piece);
      if (read === 0) return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : joinBytes(pieces);
      length += read;
      if (length > limit) throw tooLarge(limit, length);
      pieces.push(piece.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}

function tooLarge(limit: number, actual: number): CodedError {
  return new CodedError('ERR_BYTES_TOO_LARGE', { limit, actual });
}
