import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type AuthorityMaterial, type PreparedItem, readOnThread } from '../../imports/index.ts';
import { appendAudit } from '../append-audit.ts';
import type { ImportJob } from '../ports/import-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { Readings } from '../ports/store.ts';
import { ImportCheck } from './check.ts';
import { commitBatch, starterOf } from './commit-batch.ts';
import { LeaseLost, type LeaseRules, takeLease, withLease } from './lease.ts';
import { largestPart } from './upload.ts';

export type WorkPorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'lifetimes'>;

export interface WorkRules extends LeaseRules {
  /** For the copy of the upload that is being read. */
  readonly folder: string;
  readonly mostRows: number;
}

/** How often a check says how far it is. */
const tellEveryMs = 1_000;

/**
 * Works on one job to its end, or until another has it, somebody stops it or `stopping` says so. Whatever happens, the database knows up to
 * which row it is done, and who comes next goes on there.
 *
 * @returns whether there was a job to work on
 */
export async function workOn(ports: WorkPorts, rules: WorkRules, id: string, stopping: AbortSignal): Promise<boolean> {
  const job = await takeLease(ports, rules, id);
  if (job === null) return false;
  const file = path.join(rules.folder, `${id}.${randomUUID()}`);
  const renewal = setInterval(
    () => {
      withLease(ports, rules, job, async (_repositories, current) => current).catch(() => {
        // Told to whoever writes next: that write finds the same.
      });
    },
    (rules.seconds * 1_000) / 3,
  );
  try {
    mkdirSync(rules.folder, { recursive: true, mode: 0o700 });
    await copyUpload(ports.store, job, file);
    if (job.state === 'checking') await check(ports, rules, job, file, stopping);
    else await run(ports, rules, job, file, stopping);
  } catch (error) {
    if (error instanceof LeaseLost) return true;
    if (!isCodedError(error) || error.code === 'ERR_SERVICE_UNAVAILABLE') throw error;
    await fail(ports, rules, job, error);
  } finally {
    clearInterval(renewal);
    for (const end of ['', '.texts', '.inner']) rmSync(file + end, { force: true });
  }
  return true;
}

/** Puts the upload on the disk of this node, and holds it against its digest. */
async function copyUpload({ imports }: Pick<Readings, 'imports'>, job: ImportJob, file: string): Promise<void> {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    for (let at = 0; at < job.size; ) {
      const bytes = await imports.part(job.id, at);
      if (bytes === null || bytes.length === 0 || bytes.length > largestPart) throw new CodedError('ERR_IMPORT_DIGEST');
      hash.update(bytes);
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
      at += bytes.length;
    }
  } finally {
    closeSync(descriptor);
  }
  if (hash.digest('hex') !== job.digest) throw new CodedError('ERR_IMPORT_DIGEST');
}

async function check(
  ports: WorkPorts,
  rules: WorkRules,
  job: ImportJob,
  file: string,
  stopping: AbortSignal,
): Promise<void> {
  const found = new ImportCheck(job.settings);
  let toldAt = performance.now();
  const tell = (change: (job: ImportJob) => ImportJob): Promise<ImportJob> =>
    withLease(ports, rules, job, async (_repositories, current) => change(current));
  try {
    for await (const items of await reading(ports, rules, job, file, found)) {
      await found.take(ports.store, items);
      if (stopping.aborted) return;
      if (performance.now() - toldAt < tellEveryMs) continue;
      toldAt = performance.now();
      await tell((current) => ({ ...current, position: found.rows }));
    }
  } catch (error) {
    // Somebody who has to say what the columns are needs to see them.
    if (isCodedError(error) && error.code === 'ERR_IMPORT_MAPPING')
      await tell((current) => ({ ...current, preview: found.preview() }));
    throw error;
  }
  const preview = found.preview();
  await tell((current) => ({
    ...{ ...current, state: 'checked', preview, total: found.rows, position: 0 },
    updatedAt: ports.clock().toISOString(),
  }));
}

/** The check has told it already. */
const untold = { format: () => undefined, table: () => undefined };

async function run(
  ports: WorkPorts,
  rules: WorkRules,
  job: ImportJob,
  file: string,
  stopping: AbortSignal,
): Promise<void> {
  for await (const items of await reading(ports, rules, job, file, untold)) {
    await withLease(ports, rules, job, (repositories, current) => {
      // Never a row twice and none left out, whoever worked on it meanwhile.
      if (items[0]?.number !== current.position + 1) throw new LeaseLost();
      return commitBatch(repositories, ports, current, items);
    });
    if (stopping.aborted) return;
  }
  await withLease(ports, rules, job, async (repositories, current) => {
    const now = ports.clock().toISOString();
    await repositories.imports.erase(job.id);
    const done: ImportJob = { ...current, state: 'done', total: current.position, finishedAt: now, updatedAt: now };
    await appendAudit(repositories, ports, {
      ...{ ...starterOf(current), action: 'import.finish', target: job.id, outcome: 'done' },
      details: { rows: done.position, counts: done.counts, companies: done.newCompanies },
    });
    return done;
  });
}

async function reading(
  ports: WorkPorts,
  rules: WorkRules,
  job: ImportJob,
  file: string,
  notice: Parameters<typeof readOnThread>[1],
): Promise<AsyncGenerator<readonly PreparedItem[]>> {
  return readOnThread(
    {
      ...{ file, scratch: file, name: job.name, settings: job.settings, mostItems: rules.mostRows },
      authorities: await authoritiesOf(ports.store),
      now: ports.clock().toISOString(),
      skip: job.state === 'running' ? job.position : 0,
    },
    notice,
  );
}

async function authoritiesOf(readings: Pick<Readings, 'cas' | 'profiles'>): Promise<readonly AuthorityMaterial[]> {
  const places = new Map<string, AuthorityMaterial['identityPlaces']>();
  const materials: AuthorityMaterial[] = [];
  for (const { caId, kind, der, digest } of await readings.cas.activeCertificates()) {
    let identityPlaces = places.get(caId);
    if (identityPlaces === undefined) {
      identityPlaces = (await readings.profiles.ca(caId)).identityPlaces;
      places.set(caId, identityPlaces);
    }
    materials.push({ caId, kind, der, digest, identityPlaces });
  }
  return materials;
}

/** What cannot be read is told with its reason. Where only the columns are unknown the content stays; else it goes, keys above all. */
async function fail(ports: WorkPorts, rules: WorkRules, job: ImportJob, error: CodedError): Promise<void> {
  const { code, params } = error;
  await withLease(ports, rules, job, async (repositories, current) => {
    if (code !== 'ERR_IMPORT_MAPPING') await repositories.imports.erase(job.id);
    const now = ports.clock().toISOString();
    await appendAudit(repositories, ports, {
      ...(current.starter ?? { actor: current.createdBy, role: 'operator', requestId: '' }),
      ...{ action: 'import.fail', target: job.id, outcome: 'refused', reason: code },
      details: { position: current.position, ...params },
    });
    return { ...current, state: 'failed', failure: { code, params }, finishedAt: now, updatedAt: now };
  }).catch((lost: unknown) => {
    if (!(lost instanceof LeaseLost)) throw lost;
  });
}
