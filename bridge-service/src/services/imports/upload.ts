import { CodedError } from '@onelock/core/errors';
import { oneLine } from '../../imports/text-encoding.ts';
import { appendAudit } from '../append-audit.ts';
import { newId } from '../identifiers.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import { defaultImportSettings, type ImportJob, type ImportSettings } from '../ports/import-records.ts';
import type { Act, Ports } from '../ports/ports.ts';
import { authorOf } from '../registry/record-change.ts';
import { type ImportView, importView, requireJob, requireState } from './job.ts';

/** Largest piece of an upload, in bytes. */
export const largestPart = 4 * 1024 * 1024;

export interface ImportInput {
  readonly name: string;
  readonly size: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  readonly settings?: Partial<ImportSettings> | undefined;
}

/**
 * Announces an upload. Its content comes piece by piece and is kept in the database, so that every node can read it, a backup has it and a
 * broken connection costs one piece.
 *
 * @throws {CodedError} ERR_REQUEST_TOO_LARGE { limit }
 */
export async function createImport(ports: Ports, act: Act, input: ImportInput, limit: number): Promise<ImportView> {
  if (input.size > limit) throw new CodedError('ERR_REQUEST_TOO_LARGE', { limit });
  return act.transaction(async (repositories) => {
    const now = ports.clock().toISOString();
    const job: ImportJob = {
      ...{ id: newId('imp', ports.clock, ports.ops), name: maskPersonalNumbers(oneLine(input.name, 200)) },
      ...{ size: input.size, digest: input.sha256, received: 0, state: 'receiving', position: 0, total: null },
      settings: { ...defaultImportSettings, ...input.settings },
      ...{ counts: {}, newCompanies: 0, openConflicts: 0, preview: null, failure: null, createdBy: act.caller.id },
      ...{ createdAt: now, starter: null, startedAt: null, finishedAt: null, updatedAt: now, lease: null },
    };
    await repositories.imports.add(job);
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'import.create', target: job.id, outcome: 'done' },
      details: { name: job.name, size: job.size, content: `sha256:${job.digest}` },
    });
    await repositories.events.publish('import.changed', { id: job.id });
    return importView(job);
  });
}

/**
 * Takes the next piece. A piece that is there already is taken as sent again and changes nothing. With the last one the check begins.
 *
 * @throws {CodedError} ERR_IMPORT_OFFSET { expected }, ERR_IMPORT_STATE, ERR_REQUEST_NOT_FOUND
 */
export async function receivePart(
  ports: Ports,
  act: Act,
  id: string,
  offset: number,
  bytes: Uint8Array,
): Promise<ImportView> {
  return act.transaction(async (repositories) => {
    const job = await requireJob(repositories, id);
    const again = offset + bytes.length <= job.received;
    if (!again) requireState(job, 'receiving');
    if (again) return importView(job);
    if (offset !== job.received || offset + bytes.length > job.size)
      throw new CodedError('ERR_IMPORT_OFFSET', { expected: job.received });
    await repositories.imports.addPart(id, offset, bytes);
    const received = offset + bytes.length;
    const changed: ImportJob = {
      ...{ ...job, received, updatedAt: ports.clock().toISOString() },
      state: received === job.size ? 'checking' : 'receiving',
    };
    await repositories.imports.update(changed);
    await repositories.events.publish('import.changed', { id });
    return importView(changed);
  });
}
