import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { type Checkpoint, checkpointIsBy } from '../audit/checkpoint.ts';
import type { DeclaredRestoration } from '../audit/epochs.ts';
import { databaseLocationOf, namedDatabase, readConfig, type ServiceConfig } from '../config.ts';
import { lackingMigration } from '../migrations/migrate.ts';
import { createAuditReadings } from '../repositories/audit.ts';
import { type CopiedRows, copyDatabase } from '../repositories/engine/copy-database.ts';
import { type DatabaseLocation, describeLocation } from '../repositories/engine/database-location.ts';
import { openDatabase } from '../repositories/engine/open-database.ts';
import type { ServiceDatabase } from '../repositories/engine/schema.ts';
import { createFactRepository } from '../repositories/facts.ts';
import { jobFact } from '../services/statistics/state.ts';
import { type AuditReport, verifyAudit } from '../services/verify-audit.ts';
import {
  checkpointsIn,
  declareInto,
  declarerOf,
  keptByWitnesses,
  type RestorationOptions,
  serviceKeyOf,
} from './declare-restoration.ts';
import { existingDatabase, withDatabase } from './existing-database.ts';

export interface CopyReport {
  readonly from: string;
  readonly to: string;
  readonly rows: CopiedRows;
  /** Of the copy, held against the head that the source had. */
  readonly audit: AuditReport;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Writes everything that a database holds into a SQLite file, beside a running service and whatever its engine; the file has its name
 * only when it is whole and its audit log verifies.
 *
 * @throws {CodedError} ERR_CLI_USAGE when the file is there already; ERR_CLI_FILE_UNREADABLE; ERR_SERVICE_AUDIT_BROKEN; ERR_SERVICE_DATABASE_OLDER
 */
export async function backUp(
  environment: Environment,
  options: { readonly database: string | undefined; readonly to: string | undefined },
): Promise<CopyReport> {
  const source = existingDatabase(readConfig(environment), options.database);
  const file = required(options.to, '--to FILE');
  if (existsSync(file)) throw new CodedError('ERR_CLI_USAGE', { detail: `--to: ${file}` });
  await requireCurrent(source);
  const draft = `${file}.part`;
  rmSync(draft, { force: true });
  try {
    const report = await copyBetween(source, { engine: 'sqlite', file: draft }, 'go on');
    renameSync(draft, file);
    await noteBackUp(source, report);
    return { ...report, to: file };
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${draft}${end}`, { force: true });
  }
}

/**
 * Puts a backup back into the configured database, which must be new or empty. Where witnesses know more of its log than the backup has, the log
 * declares what it lost before anything else is written to it.
 *
 * @throws {CodedError} ERR_CLI_USAGE when it holds something; ERR_CLI_FILE_UNREADABLE; ERR_SERVICE_AUDIT_BROKEN; ERR_SERVICE_RESTORATION_UNDECLARED when
 *   something was lost and nobody declares it: nothing is restored then
 */
export async function restore(
  environment: Environment,
  options: { readonly database: string | undefined; readonly from: string | undefined } & Partial<RestorationOptions>,
): Promise<CopyReport & { readonly restoration: DeclaredRestoration | null }> {
  const config = readConfig(environment);
  const backup = existingDatabase(config, required(options.from, '--from FILE'));
  const target = options.database === undefined ? databaseTarget(environment) : namedDatabase(config, options.database);
  const { source, done } = await upToDate(backup, config.dataDir);
  try {
    return { ...(await restoreInto(config, source, target, options)), from: describeLocation(backup) };
  } finally {
    done();
  }
}

async function restoreInto(
  config: ServiceConfig,
  source: DatabaseLocation,
  target: DatabaseLocation,
  options: Partial<RestorationOptions>,
): Promise<CopyReport & { readonly restoration: DeclaredRestoration | null }> {
  const { checkpoints = [], reason, by, approvedBy } = options;
  const declarer = declarerOf(config, { checkpoints, reason, by, approvedBy });
  const witnessed = await laterThan(source, [...keptByWitnesses(config), ...checkpointsIn(checkpoints)]);
  if (witnessed.length > 0 && declarer === null)
    throw new CodedError('ERR_SERVICE_RESTORATION_UNDECLARED', {
      size: witnessed.reduce((most, { size }) => Math.max(most, size), 0),
    });
  if (witnessed.length > 0) requireSigned(config, witnessed);
  const report = await copyBetween(source, target, 'wait');
  if (declarer === null || witnessed.length === 0) return { ...report, restoration: null };
  return { ...report, restoration: await declareInto(config, target, declarer, witnessed, report.audit.entries) };
}

/** Opening a database brings it to this version: a service of an older one could not go on with it. @throws {CodedError} ERR_SERVICE_DATABASE_OLDER */
async function requireCurrent(location: DatabaseLocation): Promise<void> {
  const migration = await withDatabase(location, lackingMigration);
  if (migration !== null) throw new CodedError('ERR_SERVICE_DATABASE_OLDER', { migration });
}

/** A backup of an older version is brought to this one in a copy: it stays what it was, for whoever goes back to that version. */
async function upToDate(
  backup: DatabaseLocation,
  folder: string,
): Promise<{ readonly source: DatabaseLocation; done(): void }> {
  if (backup.engine !== 'sqlite' || (await withDatabase(backup, lackingMigration)) === null)
    return { source: backup, done: () => undefined };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `restoring-${process.pid}.part`);
  const done = (): void => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  };
  try {
    copyFileSync(backup.file, file);
    chmodSync(file, 0o600);
    await (await openDatabase({ engine: 'sqlite', file })).destroy();
    return { source: { engine: 'sqlite', file }, done };
  } catch (error) {
    done();
    throw error;
  }
}

/** Before anything is copied. @throws {CodedError} ERR_SERVICE_RESTORATION_UNSIGNED */
function requireSigned(config: ServiceConfig, checkpoints: readonly Checkpoint[]): void {
  const [key, ops] = [serviceKeyOf(config).publicKey, createNodeCrypto()];
  const foreign = checkpoints.find((checkpoint) => !checkpointIsBy(checkpoint, key, ops));
  if (foreign !== undefined) throw new CodedError('ERR_SERVICE_RESTORATION_UNSIGNED', { size: foreign.size });
}

/** Checkpoints of this log when it was longer, or of a branch of it that nobody can show any more. */
async function laterThan(source: DatabaseLocation, checkpoints: readonly Checkpoint[]): Promise<readonly Checkpoint[]> {
  if (checkpoints.length === 0) return [];
  const { log, size } = await withDatabase(source, (database) => createAuditReadings(database).head());
  const ours = checkpoints.filter((checkpoint) => checkpoint.log === log && checkpoint.size > size);
  return ours.length === 0 ? [] : checkpoints.filter((checkpoint) => checkpoint.size > size);
}

/**
 * Moves the embedded database's content to PostgreSQL. Writing to the embedded database waits for the end; stop the service first, and
 * start it with the new address.
 *
 * @throws {CodedError} as {@link restore}
 */
export async function migrateToPostgres(
  environment: Environment,
  options: { readonly database: string | undefined; readonly to: string | undefined },
): Promise<CopyReport> {
  // The address of the target may stand in the configuration already: the source is the file in the data folder all the same.
  const config = { ...readConfig(environment), databaseUrl: null };
  const source = existingDatabase(config, options.database);
  const target = options.to === undefined ? databaseTarget(environment) : namedDatabase(config, options.to);
  if (source.engine !== 'sqlite' || target.engine !== 'postgres')
    throw new CodedError('ERR_CLI_USAGE', { detail: '--db FILE --to postgres://…' });
  await requireCurrent(source);
  return copyBetween(source, target, 'wait');
}

const databaseTarget = (environment: Environment): DatabaseLocation => databaseLocationOf(readConfig(environment));

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new CodedError('ERR_CLI_USAGE', { detail: what });
  return value;
}

async function copyBetween(
  from: DatabaseLocation,
  to: DatabaseLocation,
  writers: 'go on' | 'wait',
): Promise<CopyReport> {
  const source = await openDatabase(from);
  try {
    const target = await openDatabase(to);
    try {
      await requireEmpty(target, to);
      const verified: AuditReport[] = [];
      const rows = await copyDatabase(source, target, writers, async (copy, copied) => {
        verified.push(await verifyCopy(copy, copied));
      });
      const [audit] = verified;
      if (audit === undefined) throw new CodedError('ERR_SERVICE_INTERNAL');
      return { from: describeLocation(from), to: describeLocation(to), rows, audit };
    } finally {
      await target.destroy();
    }
  } finally {
    await source.destroy();
  }
}

/** Writes down beside what was copied that it was, for the console. */
async function noteBackUp(from: DatabaseLocation, { audit }: CopyReport): Promise<void> {
  const source = await openDatabase(from);
  try {
    const value = JSON.stringify({ at: new Date().toISOString(), detail: String(audit.entries) });
    await createFactRepository(source).set(jobFact('backup'), value);
  } finally {
    await source.destroy();
  }
}

async function requireEmpty(database: ServiceDatabase, location: DatabaseLocation): Promise<void> {
  const { size } = await createAuditReadings(database).head();
  const caller = await database.selectFrom('callers').select('id').limit(1).executeTakeFirst();
  if (size > 0 || caller !== undefined)
    throw new CodedError('ERR_CLI_USAGE', { detail: `${describeLocation(location)} is not empty` });
}

/** @throws {CodedError} ERR_SERVICE_AUDIT_BROKEN when what was copied is not a whole log */
async function verifyCopy(database: ServiceDatabase, rows: CopiedRows): Promise<AuditReport> {
  const audit = createAuditReadings(database);
  const checkpoint = await audit.latestCheckpoint();
  const checkpoints = checkpoint === null ? [] : [checkpoint];
  const report = await verifyAudit(audit, createNodeCrypto(), { checkpoints, noted: null, key: null });
  if (report.indication === 'failed' || report.entries !== rows.audit_log)
    throw new CodedError('ERR_SERVICE_AUDIT_BROKEN', {
      sequence: Number(report.reason?.params.sequence ?? report.entries),
      rule: String(report.reason?.params.rule ?? 'entries lost in copying'),
    });
  return report;
}
