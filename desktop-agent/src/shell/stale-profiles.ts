import { lstat, readdir, readlink, rm } from 'node:fs/promises';
import path from 'node:path';

/** The folders of window profiles begin with this. */
export const profilePrefix = 'window-';

/** A browser that was just started has not put its lock yet. */
const youngMs = 60_000;

/**
 * Removes the window profiles that an agent left which could not clean up behind itself. One whose browser still runs,
 * under another agent of the same person or left alone on the screen, stays.
 *
 * @returns how many were removed
 */
export async function clearStaleProfiles(stateDir: string, now: Date): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(stateDir)) {
    if (!name.startsWith(profilePrefix)) continue;
    if (await removeUnused(path.join(stateDir, name), now)) removed += 1;
  }
  return removed;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function removeUnused(profile: string, now: Date): Promise<boolean> {
  try {
    const stats = await lstat(profile);
    if (!stats.isDirectory() || now.getTime() - stats.mtimeMs < youngMs || (await isInUse(profile))) return false;
    // On Windows a running browser holds this file open, and whoever tries to remove it fails before anything is lost.
    await rm(path.join(profile, 'lockfile'), { force: true });
    await rm(profile, { recursive: true, force: true });
    return true;
  } catch (error) {
    // Somebody else removes it, or the system does not let us: it is tried again at the next start.
    if ((error as NodeJS.ErrnoException).code !== undefined) return false;
    throw error;
  }
}

/** Chromium marks a profile in use by a link that names its computer and process: `SingletonLock` → `host-1234`. */
async function isInUse(profile: string): Promise<boolean> {
  let holder: string;
  try {
    holder = await readlink(path.join(profile, 'SingletonLock'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const pid = Number(/-(\d+)$/.exec(holder)?.[1] ?? 0);
  return pid > 0 && isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
