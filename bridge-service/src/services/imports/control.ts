import { CodedError } from '@onelock/core/errors';
import type { ImportJob, ImportPolicy, ImportSettings } from '../ports/import-records.ts';
import type { Act, Ports } from '../ports/ports.ts';
import { type ImportView, importView, recordImport, requireJob, requireState } from './job.ts';

/**
 * Changes how the content is read, and has it checked anew.
 *
 * @throws {CodedError} ERR_IMPORT_STATE once it was started
 */
export async function changeImportSettings(
  ports: Ports,
  act: Act,
  id: string,
  change: Partial<ImportSettings>,
): Promise<ImportView> {
  return act.transaction(async (repositories) => {
    const job = await requireJob(repositories, id);
    requireState(job, 'receiving', 'checking', 'checked', 'failed');
    if (job.startedAt !== null) throw new CodedError('ERR_IMPORT_STATE', { state: job.state });
    // What failed for its content has none any more.
    if (job.state === 'failed' && job.failure?.code !== 'ERR_IMPORT_MAPPING')
      throw new CodedError('ERR_IMPORT_STATE', { state: job.state });
    const settings = { ...job.settings, ...change };
    const changed: ImportJob = {
      ...{ ...job, settings, position: 0, total: null, counts: {}, preview: null, failure: null, finishedAt: null },
      ...{ lease: null, state: job.state === 'receiving' ? 'receiving' : 'checking' },
    };
    return importView(await recordImport(repositories, ports, act, changed, 'import.settings', { settings }));
  });
}

/**
 * Starts an import that was checked, or lets one go on that was paused. From here on it is done whatever becomes of this request.
 *
 * @throws {CodedError} ERR_IMPORT_STATE
 */
export async function startImport(ports: Ports, act: Act, id: string, policy?: ImportPolicy): Promise<ImportView> {
  return act.transaction(async (repositories) => {
    const job = await requireJob(repositories, id);
    requireState(job, 'checked', 'paused');
    const settings = policy === undefined ? job.settings : { ...job.settings, policy };
    const begins = job.startedAt === null;
    const changed: ImportJob = {
      ...{ ...job, settings, state: 'running', lease: null },
      ...(begins && { position: 0, counts: {}, newCompanies: 0, startedAt: ports.clock().toISOString() }),
      starter: { actor: act.caller.id, role: act.caller.role, requestId: act.requestId },
    };
    const action = begins ? 'import.start' : 'import.resume';
    return importView(await recordImport(repositories, ports, act, changed, action, { policy: settings.policy }));
  });
}

/** @throws {CodedError} ERR_IMPORT_STATE */
export async function pauseImport(ports: Ports, act: Act, id: string): Promise<ImportView> {
  return act.transaction(async (repositories) => {
    const job = await requireJob(repositories, id);
    requireState(job, 'running');
    const changed: ImportJob = { ...job, state: 'paused', lease: null };
    return importView(await recordImport(repositories, ports, act, changed, 'import.pause'));
  });
}

/**
 * Ends it where it is: what was imported stays, what was uploaded is erased.
 *
 * @throws {CodedError} ERR_IMPORT_STATE
 */
export async function cancelImport(ports: Ports, act: Act, id: string): Promise<ImportView> {
  return act.transaction(async (repositories) => {
    const job = await requireJob(repositories, id);
    requireState(job, 'receiving', 'checking', 'checked', 'running', 'paused', 'failed');
    await repositories.imports.erase(id);
    const finishedAt = ports.clock().toISOString();
    const changed: ImportJob = { ...job, state: 'cancelled', lease: null, finishedAt };
    return importView(await recordImport(repositories, ports, act, changed, 'import.cancel'));
  });
}
