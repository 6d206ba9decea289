import { CodedError } from '@onelock/core/errors';
import { newId, newToken, secretDigest } from './identifiers.ts';
import { checkOrigin } from './origins.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Caller, Permission, Role } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { recordCallerChange } from './registry/callers.ts';
import { authorOf } from './registry/record-change.ts';

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
 * @throws {CodedError} ERR_REQUEST_INVALID (origins of a role without pages, permissions of an agent), ERR_REQUEST_CONFLICT (origin taken)
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
    await refuseTakenOrigins(repositories, caller);
    await repositories.callers.add(caller, secretDigest(token, ops));
    await recordCallerChange(repositories, ports, authorOf(act), caller, 'caller.create', {
      name: caller.name,
      role: caller.role,
      permissions,
      origins,
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
