import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '@onelock/core/errors';

const maxFileBytes = 16 * 1024 * 1024;
const retryMs = 20;
/** What is done under the lock takes milliseconds. */
const staleMs = 10_000;

/**
 * Replaces a file as a whole: whoever reads it sees the old or the new content, also after a power cut.
 * @throws {CodedError} ERR_FILE_UNWRITABLE { name }: the disk is full, or not ours to write
 */
export function replaceFile(file: string, bytes: Uint8Array): void {
  try {
    writeWhole(file, bytes);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function writeWhole(file: string, bytes: Uint8Array): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(descriptor, bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Reads one of our own files; null when there is none that we could have written: no link, no device, not too long.
 * @throws {CodedError} ERR_FILE_UNREADABLE { name }
 */
export function readIfThere(file: string): Uint8Array | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return null;
    throw unreadable(file, error);
  }
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() && stats.size <= maxFileBytes ? new Uint8Array(readFileSync(descriptor)) : null;
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Runs an act while no other program that asks for the same lock does. A lock left by one that died is taken over.
 * @throws {CodedError} ERR_FILE_UNWRITABLE { name }
 */
export async function underLock<T>(lock: string, act: () => T): Promise<T> {
  try {
    mkdirSync(path.dirname(lock), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unwritable(lock, cause);
  }
  while (!take(lock)) await delay(retryMs);
  try {
    return act();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritable(lock, error);
  }
  const held = statSync(lock, { throwIfNoEntry: false });
  if (held !== undefined && Date.now() - held.mtimeMs > staleMs) rmSync(lock, { force: true });
  return false;
}

function unreadable(file: string, cause: unknown): CodedError {
  return new CodedError('ERR_FILE_UNREADABLE', { name: path.basename(file) }, { cause });
}

function unwritable(file: string, cause: unknown): CodedError {
  return new CodedError('ERR_FILE_UNWRITABLE', { name: path.basename(file) }, { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
