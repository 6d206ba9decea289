import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';

/**
 * Reads a secret from its file, or makes it: on the disk and whole before its name is there, readable by its owner only. Of two
 * processes at once one makes it and both read that one.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID when the file is there and cannot be read, or cannot be made
 */
export function readOrMakeSecret(folder: string, name: string, make: () => string): string {
  const file = path.join(folder, name);
  try {
    return readIfThere(file) ?? makeSecret(folder, file, make());
  } catch (error) {
    throw new CodedError(
      'ERR_SERVICE_CONFIG_INVALID',
      { key: file, rule: 'a file that the service may read' },
      { cause: error },
    );
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function makeSecret(folder: string, file: string, secret: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const draft = `${file}.${process.pid}.new`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, secret);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}
