import { CodedError } from '@onelock/core/errors';
import type { LoginReport } from '@onelock/core/validation';
import type { IdentityView } from './identity-view.ts';
import type { LoginView } from './judge-login-token.ts';
import type { Ports } from './ports/ports.ts';
import type { Caller } from './ports/records.ts';

/**
 * A login record. A platform sees its own; another's does not exist for it.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND
 */
export async function findLogin({ store }: Ports, caller: Caller, id: string): Promise<LoginView> {
  const login = await store.logins.byId(id);
  if (login === null || (caller.role === 'platform' && login.callerId !== caller.id))
    throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return {
    id: login.id,
    createdAt: login.createdAt,
    certificateDigest: login.certificateDigest,
    identity: login.identity === null ? null : readIdentity(login.identity),
    ...(JSON.parse(login.report) as LoginReport),
  };
}

/** Those of earlier versions say nothing of the registry. */
function readIdentity(text: string): IdentityView {
  const identity = JSON.parse(text) as Omit<IdentityView, 'registeredCompany'> & Partial<IdentityView>;
  return { ...identity, registeredCompany: identity.registeredCompany ?? null };
}
