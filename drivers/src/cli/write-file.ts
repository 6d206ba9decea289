import { closeSync, openSync, writeFileSync } from 'node:fs';
import { CodedError } from '@onelock/core/errors';

/** @param mode  of a file that is not there yet. @throws {CodedError} ERR_FILE_UNWRITABLE { name } */
export function writeFile(file: string, content: string | Uint8Array, mode = 0o644): void {
  writing(file, () => writeFileSync(file, content, { mode }));
}

/**
 * Tried before an hour's work is done for it. A file that is there keeps what it holds.
 * @throws {CodedError} ERR_FILE_UNWRITABLE { name }
 */
export function demandWritable(file: string): void {
  writing(file, () => closeSync(openSync(file, 'a')));
}

function writing(file: string, act: () => void): void {
  try {
    act();
  } catch (cause) {
    throw new CodedError('ERR_FILE_UNWRITABLE', { name: file }, { cause });
  }
}
