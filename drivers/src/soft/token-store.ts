import {
  type BigIntStats,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { utf8Decode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { encodeTokenFile, maxTokenFileBytes, parseTokenFile, type SoftTokenFile } from './token-file.ts';

/** Names one stay of one file: changes when the file is replaced, moved out and back, or touched by another program. */
export type FileStay = string & { readonly brand: 'FileStay' };

export interface LoadedToken {
  readonly token: SoftTokenFile;
  readonly stay: FileStay;
}

const noFollow = constants.O_NOFOLLOW ?? 0;

/**
 * Reads a token file; never follows a link.
 * @throws {CodedError} ERR_TOKEN_REMOVED when there is none, ERR_TOKEN_DATA_CORRUPT, ERR_TOKEN_NATIVE_FAILURE
 */
export function loadToken(file: string): LoadedToken {
  const descriptor = native('open', () => openSync(file, constants.O_RDONLY | noFollow | constants.O_NONBLOCK));
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile() || stats.size > BigInt(maxTokenFileBytes)) throw new CodedError('ERR_TOKEN_DATA_CORRUPT');
    return { token: parseTokenFile(decodeText(readFileSync(descriptor))), stay: stayOf(stats) };
  } finally {
    closeSync(descriptor);
  }
}

/** The file's present stay, or null when it is not there. */
export function currentStay(file: string): FileStay | null {
  const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() ? stayOf(stats) : null;
}

/**
 * Replaces a token's contents durably: on return the new contents survive a loss of power, and at no moment is there
 * half a file. A token that was pulled out meanwhile is not brought back.
 *
 * @returns the stay as it is called from now on
 * @throws {CodedError} ERR_TOKEN_REMOVED, ERR_TOKEN_NATIVE_FAILURE (the old contents stand)
 */
export function replaceToken(file: string, stay: FileStay, token: SoftTokenFile): FileStay {
  const old = native('open', () => openSync(file, constants.O_RDONLY | noFollow));
  const temporary = temporaryName(file);
  try {
    writeDurably(temporary, encodeTokenFile(token));
    const written = lstatSync(temporary, { bigint: true }).ino;
    if (currentStay(file) !== stay) throw new CodedError('ERR_TOKEN_REMOVED');
    native('rename', () => renameSync(temporary, file));
    syncFolder(file);
    const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    if (stats?.ino !== written) throw new CodedError('ERR_TOKEN_REMOVED');
    if (fstatSync(old).nlink > 0) {
      unlinkSync(file);
      throw new CodedError('ERR_TOKEN_REMOVED');
    }
    return stayOf(stats);
  } finally {
    removeIfThere(temporary);
    closeSync(old);
  }
}

/**
 * Writes a token that did not exist. The file gets the owner of its folder when we are root, so that a driver process
 * of another user can use it.
 * @throws {CodedError} ERR_TOKEN_NATIVE_FAILURE, with EEXIST among its names
 */
export function writeNewToken(file: string, token: SoftTokenFile): void {
  native('mkdir', () => mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 }));
  const temporary = temporaryName(file);
  try {
    writeDurably(temporary, encodeTokenFile(token));
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined)
      throw new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api: 'file', name: 'EEXIST' });
    native('rename', () => renameSync(temporary, file));
    syncFolder(file);
  } finally {
    removeIfThere(temporary);
  }
}

/** Removes what a process that was killed in the middle of a write left behind; what is young may still be in use. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/^\..+\.softtoken\.\d+\.tmp$/.test(name)) continue;
    const file = path.join(folder, name);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() && Date.now() - stats.mtimeMs > leftoverAgeMs) unlinkSync(file);
  }
}

const leftoverAgeMs = 60_000;

function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
}

function writeDurably(file: string, bytes: Uint8Array): void {
  removeIfThere(file);
  const descriptor = native('open', () => openSync(file, 'wx', 0o600));
  try {
    const folder = statSync(path.dirname(file));
    if (process.getuid?.() === 0 && folder.uid !== 0) fchownSync(descriptor, folder.uid, folder.gid);
    native('write', () => writeFileSync(descriptor, bytes));
    native('fsync', () => fsyncSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the rename itself durable. Windows has no such call and needs none. */
function syncFolder(file: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path.dirname(file), constants.O_RDONLY);
  try {
    native('fsync', () => fsyncSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function removeIfThere(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) native('unlink', () => unlinkSync(file));
}

function stayOf(stats: BigIntStats): FileStay {
  return `${stats.dev}:${stats.ino}:${stats.ctimeNs}` as FileStay;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8Decode(bytes);
  } catch (cause) {
    throw new CodedError('ERR_TOKEN_DATA_CORRUPT', {}, { cause });
  }
}

/** Runs one system call and codes its failure. */
function native<T>(call: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
    if (code === 'ENOENT') throw new CodedError('ERR_TOKEN_REMOVED', {}, { cause });
    const value = cause instanceof Error && 'errno' in cause ? Number(cause.errno) : 0;
    throw new CodedError(
      'ERR_TOKEN_NATIVE_FAILURE',
      { api: 'file', name: code },
      { native: { api: call, name: code, value }, cause },
    );
  }
}
