import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { nameOf } from './picked-files.ts';

/** Where the person wants a file, and whether what has that name now may go. */
export interface SavePlace {
  readonly path: string;
  readonly replace: boolean;
}

/**
 * Writes a file beside its place and puts it there once it is whole; whatever goes wrong, nothing half-made stays and what
 * was there stays.
 *
 * @throws {CodedError} ERR_FILE_UNWRITABLE { name }; what `act` throws
 */
export async function saveFile(
  { path: file, replace }: SavePlace,
  act: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const name = nameOf(file);
  const refuse = (error: unknown): never => {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new CodedError('ERR_FILE_UNWRITABLE', { name }, { cause: error });
  };
  const temporary = path.join(path.dirname(file), `.${randomBytes(8).toString('hex')}.onelock-part`);
  const handle = await open(temporary, 'wx', 0o600).catch(refuse);
  try {
    try {
      await act(async (bytes) => {
        await handle.writeFile(bytes).catch(refuse);
      });
      await handle.sync().catch(refuse);
    } finally {
      await handle.close();
    }
    await (replace ? rename(temporary, file) : moveToFree(temporary, file)).catch(refuse);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Nobody's file of that name is written over, whoever made it meanwhile. */
async function moveToFree(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
    await unlink(from);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Sticks formatted as FAT have no links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    if (await exists(to)) throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    await rename(from, to);
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
