import { statSync } from 'node:fs';
import { type DriverConfig, hostUserNumber, hostUsers, isHostUserNumber } from '../port/index.ts';

export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that a driver's process must become, or null when it stays who its parent is: the parent is not root, the
 * system is not Linux, or the configuration says `same-as-parent`. Where the configuration names nobody it is a number
 * that no distribution hands out, that owns nothing but the token folders we give it and that no other driver has: one
 * vendor's library can neither read another's files nor end its process.
 */
export function hostUserFor({ id, user }: Pick<DriverConfig, 'id' | 'user'>): HostUser | null {
  return asRoot(user, () => hostUserNumber(id));
}

/** The same for an act without a driver: whoever of our host users has the folder, else one for all such acts. */
export function folderUserFor(folder: string | undefined, user: DriverConfig['user']): HostUser | null {
  return asRoot(user, () => {
    const owner = folder === undefined ? undefined : statSync(folder, { throwIfNoEntry: false })?.uid;
    return owner !== undefined && isHostUserNumber(owner) ? owner : hostUsers.shared;
  });
}

function asRoot(user: DriverConfig['user'], fallback: () => number): HostUser | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || user === 'same-as-parent') return null;
  if (user !== undefined) return user;
  const number = fallback();
  return { uid: number, gid: number };
}
