import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { restorationAction } from '../audit/restoration.ts';
import { readConfig } from '../config.ts';
import { createAuditReadings } from '../repositories/audit.ts';
import { entryView } from '../services/list-audit.ts';
import { type AuditReport, verifyAudit } from '../services/verify-audit.ts';
import { existingDatabase, withDatabase } from './existing-database.ts';

export interface AuditExportOptions {
  readonly database: string | undefined;
  readonly to: string | undefined;
  /** Leaves away what stands beside the entries: their digests stay, and so do declarations of restorations. */
  readonly entriesOnly: boolean;
}

/**
 * Writes the audit log of a database into a file, one entry a line as `GET /v1/audit` gives it, for whoever verifies it without the database; the
 * file has its name only when the log is whole. The database is only read.
 *
 * @throws {CodedError} ERR_CLI_USAGE when the file is there already; ERR_CLI_FILE_UNREADABLE; ERR_SERVICE_AUDIT_BROKEN
 */
export async function exportAudit(
  environment: Readonly<Record<string, string | undefined>>,
  { database, to, entriesOnly }: AuditExportOptions,
): Promise<AuditReport> {
  if (to === undefined) throw new CodedError('ERR_CLI_USAGE', { detail: '--to FILE' });
  if (existsSync(to)) throw new CodedError('ERR_CLI_USAGE', { detail: `--to: ${to}` });
  const location = existingDatabase(readConfig(environment), database);
  const draft = `${to}.part`;
  rmSync(draft, { force: true });
  try {
    const report = await withDatabase(location, (opened) => {
      const handle = openNew(draft);
      const write = (line: string): void => void writeSync(handle, line);
      return verifyAudit(createAuditReadings(opened), createNodeCrypto(), noWitness, (entry) =>
        write(
          `${JSON.stringify(entryView(entriesOnly && entry.action !== restorationAction ? { ...entry, details: null } : entry))}\n`,
        ),
      ).finally(() => {
        fsyncSync(handle);
        closeSync(handle);
      });
    });
    if (report.indication === 'failed') throw new CodedError('ERR_SERVICE_AUDIT_BROKEN', report.reason?.params);
    renameSync(draft, to);
    return report;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @throws {CodedError} ERR_CLI_USAGE where no file can be made */
function openNew(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    throw new CodedError('ERR_CLI_USAGE', { detail: `--to: ${String(error)}` }, { cause: error });
  }
}

const noWitness = { checkpoints: [], noted: null, key: null } as const;
