import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { type Page, pageOf } from '../page.ts';
import type { ImportJob, ImportState } from '../ports/import-records.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { PageRequest, Readings, Repositories } from '../ports/store.ts';
import { authorOf } from '../registry/record-change.ts';

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function requireJob({ imports }: Pick<Readings, 'imports'>, id: string): Promise<ImportJob> {
  const job = await imports.byId(id);
  if (job === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return job;
}

/** @throws {CodedError} ERR_IMPORT_STATE */
export function requireState(job: ImportJob, ...states: readonly ImportState[]): void {
  if (!states.includes(job.state)) throw new CodedError('ERR_IMPORT_STATE', { state: job.state });
}

export type ImportView = Omit<ImportJob, 'lease' | 'starter'> & {
  readonly startedBy: string | null;
  /** Whether a node works on it now. */
  readonly active: boolean;
};

export function importView({ lease, starter, ...job }: ImportJob): ImportView {
  return { ...job, startedBy: starter?.actor ?? null, active: lease !== null };
}

export async function findImport({ store }: Ports, id: string): Promise<ImportView> {
  return importView(await requireJob(store, id));
}

export async function listImports(
  { store }: Ports,
  page: PageRequest<string>,
  state: ImportState | undefined,
): Promise<Page<ImportView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.imports.list(request, state),
    ({ id }) => id,
  );
  return { items: items.map(importView), nextCursor };
}

/** Writes a job that somebody changed, with its audit entry, and tells whoever watches. */
export async function recordImport(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  act: Pick<Act, 'caller' | 'requestId'>,
  job: ImportJob,
  action: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<ImportJob> {
  const changed = { ...job, updatedAt: ports.clock().toISOString() };
  await repositories.imports.update(changed);
  await appendAudit(repositories, ports, {
    ...{ ...authorOf(act), action, target: job.id, outcome: 'done' },
    details: { state: job.state, position: job.position, ...details },
  });
  await repositories.events.publish('import.changed', { id: job.id });
  return changed;
}
