import { CodedError } from '@onelock/core/errors';
import { refuseLoneChange } from './change-sets/freeze.ts';
import { checkOrigins, checkPermissions, refuseTakenOrigins } from './create-caller.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Caller, Permission } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { recordCallerChange } from './registry/callers.ts';
import { type Author, authorOf } from './registry/record-change.ts';

export interface CallerChange {
  readonly name?: string | undefined;
  readonly permissions?: readonly Permission[] | undefined;
  readonly origins?: readonly string[] | undefined;
}

/**
 * Changes a caller's name, permissions or origins; a list given replaces the old one. Role and token stay.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_REQUEST_INVALID, ERR_REQUEST_CONFLICT (revoked, or origin taken),
 *   ERR_CHANGE_SET_REQUIRED, ERR_CHANGE_FROZEN
 */
export async function updateCaller(ports: Ports, act: Act, id: string, change: CallerChange): Promise<Caller> {
  return act.transaction(async (repositories) => {
    const role = (await repositories.callers.byId(id))?.role;
    if (role !== undefined) await refuseLoneChange(repositories, ports, role);
    return changeCaller(repositories, ports, authorOf(act), id, change);
  });
}

/** The same inside a transaction that is running. */
export async function changeCaller(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  id: string,
  change: CallerChange,
): Promise<Caller> {
  const caller = await repositories.callers.byId(id);
  if (caller === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  if (caller.revokedAt !== null) throw new CodedError('ERR_REQUEST_CONFLICT', { field: 'revokedAt' });
  const changed: Caller = {
    ...caller,
    name: change.name ?? caller.name,
    permissions: change.permissions ? checkPermissions(caller.role, change.permissions) : caller.permissions,
    origins: change.origins ? checkOrigins(caller.role, change.origins) : caller.origins,
  };
  await refuseTakenOrigins(repositories, changed);
  await repositories.callers.update(changed);
  await recordCallerChange(repositories, ports, author, changed, 'caller.update', {
    name: changed.name,
    permissions: changed.permissions,
    origins: changed.origins,
  });
  return changed;
}
