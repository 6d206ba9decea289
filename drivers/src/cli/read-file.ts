import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { CodedError } from '@onelock/core/errors';

const maxBytes = 16 * 1024 * 1024;

/** @throws {CodedError} ERR_CLI_FILE_UNREADABLE for what is no file, cannot be read, or is longer than anything of ours */
export function readFile(file: string): Uint8Array {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile() || stats.size > maxBytes) throw new Error('no file of ours');
      return new Uint8Array(readFileSync(descriptor));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
}

export function readTextFile(file: string): string {
  return Buffer.from(readFile(file)).toString('utf8');
}
