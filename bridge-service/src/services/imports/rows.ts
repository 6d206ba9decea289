import { type Page, pageOf } from '../page.ts';
import type { ConflictPayload, ImportDecision, ImportFate, ImportFinding, ImportRow } from '../ports/import-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { PageRequest } from '../ports/store.ts';
import { permittedDecisions } from './decide.ts';
import { requireJob } from './job.ts';

export type ConflictView = ImportRow &
  ConflictPayload & {
    readonly isCertificate: boolean;
    /** What may be decided. */
    readonly permitted: readonly ImportDecision[];
  };

export async function listImportRows(
  { store }: Ports,
  id: string,
  page: PageRequest<number>,
  fate: ImportFate | undefined,
): Promise<Page<ImportRow>> {
  await requireJob(store, id);
  return pageOf(
    page,
    (request) => store.imports.rows(id, request, fate),
    ({ number }) => number,
  );
}

export async function listImportConflicts(
  { store }: Ports,
  id: string,
  page: PageRequest<number>,
  finding: ImportFinding | undefined,
): Promise<Page<ConflictView>> {
  await requireJob(store, id);
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.imports.conflicts(id, request, finding),
    ({ number }) => number,
  );
  return {
    items: items.map(({ conflict, ...row }) => ({
      ...{ ...row, ...conflict.payload, isCertificate: conflict.der !== null },
      permitted: permittedDecisions(conflict.findings, conflict.der !== null),
    })),
    nextCursor,
  };
}
