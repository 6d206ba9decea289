import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';

/**
 * Reads a secret from its file, or makes it: on the disk and whole before its name is there, readable by its owner only. Of two
 * processes at once one makes it and both read that one.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID when the file is there and cannot be read, or everybody may read or change it, or it cannot be made
 */
export function readOrMakeSecret(folder: string, name: string, make: () => string): string {
  const file = path.join(folder, name);
  const secret = readOrMakeFile(folder, name, make);
  requireOwn(file);
  return secret;
}

/** As {@link readOrMakeSecret}, for what lies beside secrets and everybody may read. */
export function readOrMakeFile(folder: string, name: string, make: () => string): string {
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

/** A group may read it (secrets that are mounted have one); people with no part in it may not. Windows keeps no such rights in the mode. */
function requireOwn(file: string): void {
  if (process.platform !== 'win32' && (statSync(file).mode & 0o007) !== 0)
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: file, rule: 'not open to every user (chmod 600)' });
}

/** A secret that is 32 random bytes in hex, as {@link readOrMakeSecret}. */
export function readOrMakeKey(folder: string, name: string, random: (length: number) => Uint8Array): string {
  const key = readOrMakeSecret(folder, name, () => toHex(random(32))).trim();
  if (!/^[0-9a-f]{64}$/.test(key))
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: name, rule: '64 hex digits' });
  return key;
}

function makeSecret(folder: string, file: string, secret: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const draft = `${file}.${process.pid}.new`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(handle, secret);
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
