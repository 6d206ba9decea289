import type { HostUser } from './host-user.ts';

/**
 * Gives up root for good. Called in the driver process after its own code is loaded and before any vendor's library
 * is, so that a checkout below a closed home folder still works.
 *
 * The folder is entered first, still as root: a relative path then reaches it whatever the folders above allow.
 *
 * @param user    null keeps the present user
 * @param folder  becomes the current directory
 * @throws {Error} when the system refuses, or when root could be had back
 */
export function becomeUser(user: HostUser | null, folder: string): void {
  process.chdir(folder);
  if (user === null) return;
  process.setgroups?.([]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
  if (process.getuid?.() !== user.uid || process.getgid?.() !== user.gid || canRegainRoot())
    throw new Error(`could not become user ${user.uid}`);
}

function canRegainRoot(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}
