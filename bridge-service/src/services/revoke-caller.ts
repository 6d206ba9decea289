import { CodedError } from '@onelock/core/errors';
import { refuseLoneAdmission } from './change-sets/freeze.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Caller } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { recordCallerChange } from './registry/callers.ts';
import { type Author, authorOf } from './registry/record-change.ts';

/**
 * Ends a caller: its token stops working with the next request. The record stays; revoking again changes nothing.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_CONFLICT for the last administrator, whom only break-glass could replace;
 *   ERR_CHANGE_SET_REQUIRED
 */
export async function revokeCaller(ports: Ports, act: Act, id: string): Promise<Caller> {
  return act.transaction(async (repositories) => {
    const role = (await repositories.callers.byId(id))?.role;
    if (role !== undefined) await refuseLoneAdmission(repositories, ports, role);
    return endCaller(repositories, ports, authorOf(act), id);
  });
}

/** The same inside a transaction that is running. */
export async function endCaller(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  id: string,
): Promise<Caller> {
  const caller = await repositories.callers.byId(id);
  if (caller === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  if (caller.revokedAt !== null) return caller;
  if (caller.role === 'administrator' && (await repositories.callers.countActive('administrator')) === 1)
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: 'last administrator' });
  const revoked: Caller = { ...caller, revokedAt: ports.clock().toISOString() };
  await repositories.callers.update(revoked);
  await recordCallerChange(repositories, ports, author, revoked, 'caller.revoke');
  return revoked;
}
