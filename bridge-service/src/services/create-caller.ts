import { CodedError } from '@onelock/core/errors';
import { appendAudit } from './append-audit.ts';
import { refuseLoneAdmission } from './change-sets/freeze.ts';
import { newId, newToken, secretDigest } from './identifiers.ts';
import { checkOrigin } from './origins.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Caller, Permission, Role } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { recordCallerChange } from './registry/callers.ts';
import { type Author, authorOf } from './registry/record-change.ts';

export interface CallerToCreate {
  readonly name: string;
  readonly role: Role;
  readonly permissions?: readonly Permission[] | undefined;
  readonly origins?: readonly string[] | undefined;
}

/** The one answer that carries a token. */
export type CreatedCaller = Caller & { readonly token: string };

/**
 * Makes a caller and its bearer token, which is shown here and never again.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID (origins of a role without pages, permissions of an agent), ERR_REQUEST_CONFLICT (origin taken),
 *   ERR_CHANGE_SET_REQUIRED
 */
export async function createCaller(ports: Ports, act: Act, input: CallerToCreate): Promise<CreatedCaller> {
  const { clock, ops } = ports;
  const origins = checkOrigins(input.role, input.origins ?? []);
  const permissions = checkPermissions(input.role, input.permissions ?? []);
  const token = newToken(ops);
  const caller: Caller = {
    id: newId('clr', clock, ops),
    name: input.name,
    role: input.role,
    permissions,
    origins,
    createdAt: clock().toISOString(),
    createdBy: act.caller.id,
    revokedAt: null,
  };
  return act.transaction(async (repositories) => {
    await refuseLoneAdmission(repositories, ports, caller.role);
    await addCaller(repositories, ports, authorOf(act), caller, token);
    return { ...caller, token };
  });
}

/** The same inside a transaction that is running. @throws {CodedError} ERR_REQUEST_CONFLICT (origin taken) */
export async function addCaller(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  caller: Caller,
  token: string,
): Promise<void> {
  await refuseTakenOrigins(repositories, caller);
  await repositories.callers.add(caller, secretDigest(token, ports.ops));
  const { name, role, permissions, origins } = caller;
  await recordCallerChange(repositories, ports, author, caller, 'caller.create', { name, role, permissions, origins });
}

/**
 * Gives a caller a new bearer token, which is shown here and never again; the one before ends at once.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND (also for a revoked one); ERR_CHANGE_SET_REQUIRED for another person's under two-person control
 */
export async function issueToken(ports: Ports, act: Act, id: string): Promise<CreatedCaller> {
  const token = newToken(ports.ops);
  return act.transaction(async (repositories) => {
    const caller = await repositories.callers.byId(id);
    if (caller === null || caller.revokedAt !== null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (caller.role !== 'platform' && caller.id !== act.caller.id)
      await refuseLoneAdmission(repositories, ports, caller.role);
    await repositories.callers.setToken(id, secretDigest(token, ports.ops));
    // No change of the record: a change set that let it in can still be taken back.
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'caller.issue-token', target: id, outcome: 'done' },
    });
    return { ...caller, token };
  });
}

export function checkOrigins(role: Role, origins: readonly string[]): readonly string[] {
  if (role !== 'platform' && origins.length > 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/origins', rule: 'only of a platform' });
  return [...new Set(origins.map((origin, index) => checkOrigin(origin, `/origins/${index}`)))].sort();
}

export function checkPermissions(role: Role, permissions: readonly Permission[]): readonly Permission[] {
  // docs/adr/0004: what an agent holds must be taken for public.
  if (role === 'agent' && permissions.length > 0)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/permissions', rule: 'none for an agent' });
  return [...new Set(permissions)];
}

/** An origin belongs to one platform: a challenge for it must not be had by two. */
export async function refuseTakenOrigins({ callers }: Repositories, { id, origins }: Caller): Promise<void> {
  for (const [index, origin] of origins.entries()) {
    const owner = await callers.ownerOfOrigin(origin);
    if (owner !== null && owner !== id) throw new CodedError('ERR_REQUEST_CONFLICT', { field: `/origins/${index}` });
  }
}
