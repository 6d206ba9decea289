import { appendAudit } from '../append-audit.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { AuditEntry } from '../ports/records.ts';
import type { RegistryName } from '../ports/registry-records.ts';
import type { Repositories } from '../ports/store.ts';
import { tellPlatforms } from '../webhooks/platform-events.ts';
import { refuseUnseen, type SeenVersion } from './record-version.ts';

/** Who changes a registry: a caller in a request, or a change set that was approved. */
export interface Author {
  readonly actor: string;
  readonly role: AuditEntry['role'];
  readonly requestId: string;
  readonly why?: string | undefined;
  /** What they have seen of the record that they change, where they say so. */
  readonly seen?: SeenVersion | undefined;
}

export const authorOf = ({ caller, requestId, why, seen }: Omit<Act, 'transaction'>): Author => ({
  actor: caller.id,
  role: caller.role,
  requestId,
  why,
  seen,
});

export interface RegistryChange {
  readonly registry: RegistryName;
  readonly recordId: string;
  /** Of the audit log, e.g. `company.register`. */
  readonly action: string;
  /** The record as the registry shows it now, personal data masked: kept as its history. */
  readonly record: object;
  /** What the audit entry says beside the record's version. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * What belongs to every change of a registry, in its transaction: the record's history, the audit entry, the word to other nodes.
 *
 * @throws {CodedError} ERR_REQUEST_OUTDATED when somebody changed it after the author had read it
 */
export async function recordChange(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  change: RegistryChange,
): Promise<void> {
  const { registry, recordId, action, record, details } = change;
  await refuseUnseen(repositories, author.seen, change);
  await repositories.history.add({
    ...{ registry, recordId, action, actor: author.actor },
    at: ports.clock().toISOString(),
    record: JSON.stringify(record),
    reason: author.why === undefined ? null : maskPersonalNumbers(author.why),
  });
  await appendAudit(repositories, ports, {
    ...author,
    action,
    target: recordId,
    outcome: 'done',
    details: details ?? {},
  });
  const at = ports.clock().toISOString();
  if (registry === 'cas') await tellPlatforms(repositories, ports, 'ca.changed', { ca: recordId, action, at });
  if (registry === 'platforms')
    await tellPlatforms(repositories, ports, 'platform.changed', { platform: recordId, action, at }, recordId);
  await repositories.events.publish('registry.changed', { registry });
}
