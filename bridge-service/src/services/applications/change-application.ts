import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import type { Application, ApplicationState } from '../ports/application-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { AuditEntry } from '../ports/records.ts';
import type { Repositories } from '../ports/store.ts';
import type { Author } from '../registry/record-change.ts';
import { tellPlatforms } from '../webhooks/platform-events.ts';

export type ChangePorts = Pick<Ports, 'ops' | 'clock' | 'lifetimes'>;

export interface ApplicationChange {
  readonly fields: Partial<Omit<Application, 'id' | 'version'>>;
  /** Of the audit log, e.g. `application.submit`. */
  readonly action: string;
  readonly outcome?: AuditEntry['outcome'];
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * What belongs to every change of an application, in its transaction: the record, its step where the state changes, the audit entry, the word
 * to every node.
 *
 * @throws {CodedError} ERR_REQUEST_CONFLICT when somebody else has changed it meanwhile
 */
export async function changeApplication(
  repositories: Repositories,
  ports: ChangePorts,
  author: Author,
  application: Application,
  { fields, action, outcome = 'done', details = {} }: ApplicationChange,
): Promise<Application> {
  const now = ports.clock().toISOString();
  const changed: Application = { ...application, ...fields, updatedAt: now, version: application.version + 1 };
  const moved = changed.state !== application.state || changed.reason?.code !== application.reason?.code;
  const step = moved ? { at: now, state: changed.state, reason: changed.reason } : null;
  if (!(await repositories.applications.update(changed, step)))
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/version' });
  await auditApplication(repositories, ports, author, changed, { action, outcome, details });
  if (moved && changed.platformId !== null) await tellItsPlatform(repositories, ports, changed, changed.platformId);
  return changed;
}

async function tellItsPlatform(
  repositories: Repositories,
  ports: ChangePorts,
  { id, state, reason }: Application,
  platformId: string,
): Promise<void> {
  const data = { application: id, state, ...(reason !== null && { reason: reason.code }) };
  await tellPlatforms(repositories, ports, 'application.changed', data, platformId);
}

export async function auditApplication(
  repositories: Repositories,
  ports: ChangePorts,
  author: Author,
  application: Application,
  { action, outcome = 'done', details = {} }: Omit<ApplicationChange, 'fields'>,
): Promise<void> {
  const { id, state, kind, caId, product, subject, reason } = application;
  await appendAudit(repositories, ports, {
    ...{ ...author, action, target: id, outcome },
    ...(reason !== null && { reason: reason.code }),
    details: { state, kind, caId, product: product.code, creditCode: subject.creditCode, ...details },
  });
  await repositories.events.publish('application.changed', { id });
}

/** @throws {CodedError} ERR_ENROLMENT_STATE */
export function demandState({ state }: Application, allowed: readonly ApplicationState[]): void {
  if (!allowed.includes(state)) throw new CodedError('ERR_ENROLMENT_STATE', { state });
}
