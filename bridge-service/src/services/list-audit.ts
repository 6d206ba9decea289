import { CodedError } from '@onelock/core/errors';
import { type Page, pageOf } from './page.ts';
import type { Ports } from './ports/ports.ts';
import type { AuditEntry } from './ports/records.ts';
import type { AuditEntryWithDetails, AuditFilter, PageRequest } from './ports/store.ts';

export interface AuditEntryView extends AuditEntry {
  /** What stands beside the entry; null once it was erased. */
  readonly details: Readonly<Record<string, unknown>> | null;
  /** With it, whoever reads can compute the digests of the details. */
  readonly detailsSalt: string | null;
}

/** The audit log, oldest first unless asked otherwise. */
export async function listAudit(
  { store }: Ports,
  page: PageRequest<number>,
  filter: AuditFilter,
): Promise<Page<AuditEntryView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.audit.list(request, filter),
    (entry) => entry.sequence,
  );
  return { items: items.map(entryView), nextCursor };
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findAuditEntry({ store }: Ports, sequence: number): Promise<AuditEntryView> {
  const entry = await store.audit.bySequence(sequence);
  if (entry === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return entryView(entry);
}

/** An entry as it is shown, and exported. */
export function entryView({ details, ...entry }: AuditEntryWithDetails): AuditEntryView {
  return {
    ...entry,
    details: details === null ? null : (JSON.parse(details.details) as Record<string, unknown>),
    detailsSalt: details?.salt ?? null,
  };
}
