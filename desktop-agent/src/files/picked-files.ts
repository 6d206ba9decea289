import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { plainLine } from '../shapes/plain-line.ts';

/** A file that the person picked, as it was then. */
export interface PickedFile {
  readonly path: string;
  /** For display. */
  readonly name: string;
  readonly size: number;
  /** Changes when the file is another, or has been written to. */
  readonly stamp: string;
}

const readBytes = 256 * 1024;
const maxPerOrigin = 200;

/**
 * Handles of picked files: 256 random bits that mean nothing outside this table, for the site whose question the person
 * answered and until the agent ends. No path ever goes to a page, and none comes from one.
 */
export class PickedFiles {
  readonly #entries = new Map<string, { readonly origin: string; readonly file: PickedFile }>();

  keep(origin: string, file: PickedFile): string {
    const own = [...this.#entries].filter(([, entry]) => entry.origin === origin);
    const same = own.find(([, entry]) => entry.file.path === file.path && entry.file.stamp === file.stamp);
    if (same !== undefined) return same[0];
    const [oldest] = own;
    if (own.length >= maxPerOrigin && oldest !== undefined) this.#entries.delete(oldest[0]);
    const handle = `f1_${randomBytes(32).toString('base64url')}`;
    this.#entries.set(handle, { origin, file });
    return handle;
  }

  /** @throws {CodedError} ERR_FILE_UNREADABLE for a wrong, foreign, forgotten or invented handle, all alike */
  find(origin: string, handle: string): PickedFile {
    const entry = this.#entries.get(handle);
    if (entry?.origin !== origin) throw new CodedError('ERR_FILE_UNREADABLE', { name: 'FileHandle' });
    return entry.file;
  }
}

/**
 * Looks at a file as it is now.
 *
 * @param hidden  folders of which nothing is ever given away: the agent's own
 * @throws {CodedError} ERR_FILE_UNREADABLE { name }
 */
export async function inspectFile(file: string, hidden: readonly string[]): Promise<PickedFile> {
  const name = nameOf(file);
  try {
    const real = await realpath(file);
    if ((await withRealNames(hidden)).some((folder) => isInside(real, folder)))
      throw new CodedError('ERR_FILE_UNREADABLE', { name });
    const handle = await openToRead(real);
    try {
      return { path: real, name, ...(await factsOf(handle, name)) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asUnreadable(error, name);
  }
}

/**
 * Reads a picked file from its beginning to its end, in constant memory.
 *
 * @throws {CodedError} ERR_FILE_CHANGED { name } when it is not as it was picked, before or after; ERR_FILE_UNREADABLE { name }
 */
export async function* readPicked({ path: file, name, size, stamp }: PickedFile): AsyncGenerator<Uint8Array> {
  const handle = await openToRead(file).catch((error: unknown) => Promise.reject(asUnreadable(error, name)));
  try {
    const demandSame = async (): Promise<void> => {
      if ((await factsOf(handle, name)).stamp !== stamp) throw new CodedError('ERR_FILE_CHANGED', { name });
    };
    await demandSame();
    for (let at = 0; at < size; ) {
      const buffer = new Uint8Array(Math.min(readBytes, size - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new CodedError('ERR_FILE_CHANGED', { name });
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    await demandSame();
  } catch (error) {
    throw asUnreadable(error, name);
  } finally {
    await handle.close();
  }
}

/** What the person agreed to must still be there. @throws {CodedError} ERR_FILE_CHANGED { name }, ERR_FILE_UNREADABLE { name } */
export async function demandUnchanged({ path: file, name, stamp }: PickedFile): Promise<void> {
  if ((await inspectFile(file, [])).stamp !== stamp) throw new CodedError('ERR_FILE_CHANGED', { name });
}

/** A name as windows and pages show it. */
export function nameOf(file: string): string {
  return plainLine(path.basename(file)).slice(0, 255);
}

/** Folders under the names they are given and under their real ones. */
export async function withRealNames(folders: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return [...new Set([...folders, ...real])];
}

export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}

/** A pipe or a device would wait for ever, or never end: without waiting, and then refused. */
function openToRead(file: string): Promise<FileHandle> {
  return open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

async function factsOf(handle: FileHandle, name: string): Promise<Pick<PickedFile, 'size' | 'stamp'>> {
  const stats = await handle.stat({ bigint: true });
  if (!stats.isFile()) throw new CodedError('ERR_FILE_UNREADABLE', { name });
  return {
    size: Number(stats.size),
    stamp: `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`,
  };
}

function asUnreadable(error: unknown, name: string): unknown {
  if (error instanceof CodedError || (error as NodeJS.ErrnoException).code === undefined) return error;
  return new CodedError('ERR_FILE_UNREADABLE', { name }, { cause: error });
}
