import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { isHostUserNumber } from '../port/index.ts';
import type { HostUser } from './host-user.ts';

const maxEntries = 20_000;
const maxDepth = 4;

/**
 * Makes a driver's own folder (0700) and, when the driver process runs as another user, gives folder and contents to
 * that user. Goes by file descriptor and never through a link: the folder belongs to code that we do not trust.
 * Files of a third owner and files with a second name are left alone; what belongs to another of our host users, of an
 * earlier configuration, changes hands.
 *
 * @throws {CodedError} ERR_DRIVER_CONFIG_INVALID when the folder is a link, no folder, or too high in the tree
 */
export function handOver(folder: string, user: HostUser | null): void {
  if (path.resolve(folder).split(path.sep).filter(Boolean).length < 2)
    throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '/folder', rule: 'must not be a top-level folder' });
  try {
    makeFolder(folder);
    if (user !== null) giveAway(openSync(folder, folderFlags), user, 0, { left: maxEntries });
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'cannot be used';
    throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '/folder', rule: reason }, { cause });
  }
}

/** As mkdirSync's `recursive`, which never returns where the system refuses a folder as if the one above were not there (below /proc). */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it just now.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | (constants.O_NOFOLLOW ?? 0);
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Closes `descriptor` when done. */
function giveAway(descriptor: number, user: HostUser, depth: number, budget: { left: number }): void {
  try {
    own(descriptor, fstatSync(descriptor), user);
    if (depth === maxDepth) return;
    const here = `/proc/self/fd/${descriptor}`;
    for (const entry of readdirSync(here, { withFileTypes: true })) {
      if (budget.left-- <= 0) throw new Error('too many files');
      const name = path.join(here, entry.name);
      const opened = entry.isDirectory() ? openIfThere(name, folderFlags) : openIfThere(name, fileFlags);
      if (opened === null) continue;
      if (entry.isDirectory()) giveAway(opened, user, depth + 1, budget);
      else giveFile(opened, user);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** null when it vanished or is a link. */
function openIfThere(name: string, flags: number): number | null {
  try {
    return openSync(name, flags);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR' || code === 'ENXIO') return null;
    throw error;
  }
}

function giveFile(descriptor: number, user: HostUser): void {
  try {
    const stats = fstatSync(descriptor);
    if (stats.isFile() && stats.nlink === 1) own(descriptor, stats, user);
  } finally {
    closeSync(descriptor);
  }
}

function own(descriptor: number, stats: Stats, user: HostUser): void {
  if (stats.uid === user.uid && stats.gid === user.gid) return;
  if (stats.uid === 0 || stats.uid === user.uid || isHostUserNumber(stats.uid))
    fchownSync(descriptor, user.uid, user.gid);
}

/** The hard limit of open files of this process, or Infinity: a child cannot be given more. */
export function openFilesHardLimit(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const line = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return line === null ? Number.POSITIVE_INFINITY : Number(line[1]);
}
