import { type Page, pageOf } from './page.ts';
import type { Ports } from './ports/ports.ts';
import type { AuditEntry } from './ports/records.ts';
import type { AuditFilter, PageRequest } from './ports/store.ts';

export interface AuditEntryView extends AuditEntry {
  /** What stands beside the entry; null once its retention has ended. */
  readonly payload: Readonly<Record<string, unknown>> | null;
  /** With it, whoever reads can compute `payloadDigest`. */
  readonly payloadSalt: string | null;
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
  return {
    items: items.map(({ payload, ...entry }) => ({
      ...entry,
      payload: payload === null ? null : (JSON.parse(payload.payload) as Record<string, unknown>),
      payloadSalt: payload?.salt ?? null,
    })),
    nextCursor,
  };
}
