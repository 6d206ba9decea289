import { CodedError } from '@onelock/core/errors';
import type { Act, Ports } from './ports/ports.ts';
import type { Caller } from './ports/records.ts';
import { recordCallerChange } from './registry/callers.ts';

/**
 * Ends a caller: its token stops working with the next request. The record stays; revoking again changes nothing.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_CONFLICT for the last administrator, whom only break-glass could replace
 */
export async function revokeCaller(ports: Ports, act: Act, id: string): Promise<Caller> {
  return act.transaction(async (repositories) => {
    const caller = await repositories.callers.byId(id);
    if (caller === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (caller.revokedAt !== null) return caller;
    if (caller.role === 'administrator' && (await repositories.callers.countActive('administrator')) === 1)
      throw new CodedError('ERR_REQUEST_CONFLICT', { field: 'last administrator' });
    const revoked: Caller = { ...caller, revokedAt: ports.clock().toISOString() };
    await repositories.callers.update(revoked);
    await recordCallerChange(repositories, ports, act, revoked, 'caller.revoke');
    return revoked;
  });
}
