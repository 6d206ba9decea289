import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';

export interface LibraryToCheck {
  readonly id: string;
  /** Absolute. */
  readonly library: string;
  readonly digests?: readonly { readonly sha256: string; readonly sm3?: string }[] | undefined;
  readonly loadByPath?: boolean | undefined;
}

const maxLibraryBytes = 256 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
const writableByOthers = 0o022;
const sticky = 0o1000;

/**
 * Opens a vendor's library, compares it with the digests of its publisher and says what to load: on Linux the very file that
 * was opened and hashed, by its descriptor, so that nothing put in its place meanwhile is ever loaded. The descriptor
 * stays open as long as the process lives. Without digests it is the path as it is configured.
 *
 * Elsewhere, and for a library that must be loaded by its path, the file at the path is compared once more with the open one;
 * what remains is in docs/adr (drivers as signed data).
 *
 * @throws {CodedError} ERR_DRIVER_NOT_INSTALLED, ERR_DRIVER_LIBRARY_ALTERED, ERR_DRIVER_LIBRARY_UNSAFE
 */
export function checkedLibrary({ id, library, digests, loadByPath }: LibraryToCheck): string {
  if (digests === undefined) return library;
  const file = openLibraryFile(id, library);
  refuseWritableByOthers(id, library, file);
  const found = digestsOf(file);
  const known = digests.some(({ sha256, sm3 }) => sha256 === found.sha256 && (sm3 === undefined || sm3 === found.sm3));
  if (!known) {
    closeSync(file);
    throw new CodedError('ERR_DRIVER_LIBRARY_ALTERED', { driver: id, file: library });
  }
  if (process.platform === 'linux' && loadByPath !== true) return `/proc/self/fd/${file}`;
  const { dev, ino } = fstatSync(file);
  const now = statSync(library, { throwIfNoEntry: false });
  if (now?.dev !== dev || now.ino !== ino)
    throw new CodedError('ERR_DRIVER_LIBRARY_ALTERED', { driver: id, file: library });
  return library;
}

function openLibraryFile(id: string, library: string): number {
  try {
    const file = openSync(library, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    if (stats.isFile() && stats.size <= maxLibraryBytes) return file;
    closeSync(file);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 200) : library;
    throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: id, detail }, { cause });
  }
  throw new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: id, detail: `${library} is no library` });
}

/** A file that anyone may write to can change between its check and any later page of it that is read. */
function refuseWritableByOthers(id: string, library: string, file: number): void {
  if (process.platform === 'win32') return;
  const unsafe = (rule: string): CodedError => {
    closeSync(file);
    return new CodedError('ERR_DRIVER_LIBRARY_UNSAFE', { driver: id, file: library, rule });
  };
  if ((fstatSync(file).mode & writableByOthers) !== 0) throw unsafe('the file is writable for others');
  for (let folder = path.dirname(realpathSync(library)); ; folder = path.dirname(folder)) {
    const { mode } = statSync(folder);
    if ((mode & writableByOthers) !== 0 && (mode & sticky) === 0) throw unsafe(`${folder} is writable for others`);
    if (folder === path.dirname(folder)) return;
  }
}

/** Read by descriptor, never by name. */
function digestsOf(file: number): { readonly sha256: string; readonly sm3: string } {
  const sha256 = createHash('sha256');
  const sm3 = createHash('sm3');
  const chunk = Buffer.alloc(chunkBytes);
  for (let at = 0; ; ) {
    const length = readSync(file, chunk, 0, chunk.length, at);
    if (length === 0) return { sha256: sha256.digest('hex'), sm3: sm3.digest('hex') };
    sha256.update(chunk.subarray(0, length));
    sm3.update(chunk.subarray(0, length));
    at += length;
  }
}
