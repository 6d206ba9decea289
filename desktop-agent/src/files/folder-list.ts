import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { isInside, nameOf } from './picked-files.ts';

/** One line of a folder. */
export interface FolderEntry {
  readonly path: string;
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number | null;
  readonly modifiedAt: Date | null;
}

export interface FolderList {
  readonly entries: readonly FolderEntry[];
  /** There are more than are listed. */
  readonly more: boolean;
}

const maxEntries = 1_000;
/** Sizes and times are looked up for so many at once. */
const statsAtOnce = 32;

/**
 * Folders and plain files of a folder, folders first, by name; neither hidden ones nor the agent's own.
 *
 * @throws {CodedError} ERR_FILE_UNREADABLE { name }
 */
export async function listFolder(folder: string, hidden: readonly string[]): Promise<FolderList> {
  let found: readonly Dirent[];
  try {
    found = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new CodedError('ERR_FILE_UNREADABLE', { name: nameOf(folder) }, { cause });
  }
  const shown = found
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isFile() || entry.isSymbolicLink()))
    .sort((left, right) => rank(left) - rank(right) || collator.compare(left.name, right.name));
  const entries: FolderEntry[] = [];
  for (let at = 0; at < Math.min(shown.length, maxEntries); at += statsAtOnce) {
    const some = shown.slice(at, Math.min(at + statsAtOnce, maxEntries));
    const read = await Promise.all(some.map(({ name }) => entryOf(path.join(folder, name))));
    entries.push(
      ...(read.filter(
        (entry) => entry !== undefined && !hidden.some((each) => isInside(entry.path, each)),
      ) as FolderEntry[]),
    );
  }
  return { entries, more: shown.length > maxEntries };
}

const collator = new Intl.Collator('zh-CN', { numeric: true });
const rank = (entry: Dirent): number => (entry.isDirectory() ? 0 : 1);

/** undefined for what is gone meanwhile, or is neither a folder nor a file. */
async function entryOf(file: string): Promise<FolderEntry | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isDirectory() && !stats.isFile()) return undefined;
    const isFolder = stats.isDirectory();
    return { path: file, name: nameOf(file), isFolder, bytes: isFolder ? null : stats.size, modifiedAt: stats.mtime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
