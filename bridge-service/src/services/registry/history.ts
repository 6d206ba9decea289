import { type Page, pageOf } from '../page.ts';
import type { Ports } from '../ports/ports.ts';
import type { HistoryEntry, RegistryName } from '../ports/registry-records.ts';
import type { PageRequest } from '../ports/store.ts';

export type HistoryView = Omit<HistoryEntry, 'record' | 'registry' | 'recordId'> & {
  readonly record: Readonly<Record<string, unknown>>;
};

/** What a record was after each of its changes, newest first. */
export async function listHistory(
  { store }: Ports,
  registry: RegistryName,
  recordId: string,
  page: PageRequest<number>,
): Promise<Page<HistoryView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.history.list(registry, recordId, request),
    ({ version }) => version,
  );
  return {
    items: items.map(({ version, at, actor, action, record, reason }) => ({
      ...{ version, at, actor, action, reason },
      record: JSON.parse(record) as Record<string, unknown>,
    })),
    nextCursor,
  };
}
