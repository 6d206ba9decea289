import { CodedError } from '@onelock/core/errors';
import type { Application } from '../ports/application-records.ts';
import type { Caller } from '../ports/records.ts';
import type { UnitOfWork } from '../ports/store.ts';
import type { Author } from '../registry/record-change.ts';

/** Whose applications somebody may see and move on. */
export type Reach =
  /** A platform: its own. */
  | { readonly kind: 'platform'; readonly id: string }
  /** Somebody at the service's page: the one whose key they hold. SHA-256 of it, hex. */
  | { readonly kind: 'applicant'; readonly keyDigest: string }
  /** Operators, supervisors, administrators: all. */
  | { readonly kind: 'keeper' };

export interface ApplicationAct {
  readonly author: Author;
  readonly reach: Reach;
  readonly transaction: UnitOfWork;
}

export const reachOf = ({ id, role }: Caller): Reach =>
  role === 'platform' ? { kind: 'platform', id } : { kind: 'keeper' };

/** Of another's application not even its being there is told. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export function demandReach(application: Application | null, reach: Reach): Application {
  if (application === null || !isWithin(application, reach)) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return application;
}

function isWithin({ platformId, keyDigest }: Application, reach: Reach): boolean {
  switch (reach.kind) {
    case 'keeper':
      return true;
    case 'platform':
      return platformId === reach.id;
    case 'applicant':
      return keyDigest !== null && keyDigest === reach.keyDigest;
  }
}
