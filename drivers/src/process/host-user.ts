import type { DriverConfig } from '../port/index.ts';

export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who a driver process becomes when its parent is root and the configuration names nobody: a number that no
 * distribution hands out and that, unlike `nobody`, owns nothing but the token folders we give it.
 */
export const defaultHostUser: HostUser = { uid: 60950, gid: 60950 };

/**
 * The user that a driver process must become, or null when it stays who its parent is: the parent is not root, the
 * system is not Linux, or the configuration says `same-as-parent`.
 */
export function hostUserFor(user: DriverConfig['user']): HostUser | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  if (user === 'same-as-parent') return null;
  return user ?? defaultHostUser;
}
