import { CodedError } from '@onelock/core/errors';
import type { DigestGrant } from '../config.ts';

/** @throws {CodedError} ERR_CALL_PERMISSION_DENIED unless the operator lets this site sign digests */
export function demandDigestGrant(grants: readonly DigestGrant[], origin: string): void {
  if (!grants.some((grant) => grant.origin === origin))
    throw new CodedError('ERR_CALL_PERMISSION_DENIED', { call: 'signDigest' });
}

/**
 * A site that may sign digests could have a login signed as one, so it logs nobody in unless the operator wrote so.
 * @throws {CodedError} ERR_CALL_PERMISSION_DENIED
 */
export function demandNoDigestGrant(grants: readonly DigestGrant[], origin: string): void {
  if (grants.some((grant) => grant.origin === origin && !grant.besideLogin))
    throw new CodedError('ERR_CALL_PERMISSION_DENIED', { call: 'authenticate' });
}
