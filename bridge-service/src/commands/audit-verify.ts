import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { Checkpoint } from '../audit/checkpoint.ts';
import { looksLikeLog, readLogFile } from '../audit/log-file.ts';
import { readCheckpoints, witnessFileName } from '../audit/witness-files.ts';
import { readConfig, type ServiceConfig, witnessFoldersOf } from '../config.ts';
import { createAuditReadings } from '../repositories/audit.ts';
import type { DatabaseLocation } from '../repositories/engine/database-location.ts';
import { type AuditReport, type NotedHead, verifyAudit, verifyAuditEntries } from '../services/verify-audit.ts';
import { existingDatabase, withDatabase } from './existing-database.ts';

export interface AuditVerifyOptions {
  /** The database: a file or an address. */
  readonly database: string | undefined;
  /** In its place, the file of a log that was exported. */
  readonly log: string | undefined;
  /** The export has entries without what stands beside them. */
  readonly entriesOnly: boolean;
  readonly head: string | undefined;
  /** Files of checkpoints that a witness kept. */
  readonly checkpoints: readonly string[];
  /** PEM of the service's public key. */
  readonly key: string | undefined;
  /** Entries of declared restorations that whoever verifies has looked into. */
  readonly accepted?: readonly string[];
}

/**
 * Verifies the audit log of a database, which is only read; the service may run beside; or one that was exported, offline. It is held against the checkpoints given, and
 * against those that the service keeps outside the database, where they are.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export async function verifyAuditOf(
  environment: Readonly<Record<string, string | undefined>>,
  options: AuditVerifyOptions,
): Promise<AuditReport> {
  const config = readConfig(environment);
  const named = {
    noted: options.head === undefined ? null : parseHead(options.head),
    checkpoints: options.checkpoints.flatMap(checkpointsOf),
    key: options.key === undefined ? null : readPublicKey(options.key),
    accepted: (options.accepted ?? []).map(parseEntry),
  };
  // Without it anybody who can write the database may have declared what is to be accepted.
  if (named.accepted.length > 0 && named.key === null)
    throw new CodedError('ERR_CLI_USAGE', { detail: '--accept-restoration N --key FILE' });
  const { log } = options;
  if (log !== undefined) {
    if (options.database !== undefined) throw new CodedError('ERR_CLI_USAGE', { detail: '--log | --db' });
    requireLog(log);
    const details = options.entriesOnly ? 'left-away' : 'expected';
    return verifyAuditEntries(readLogFile(log), createNodeCrypto(), named, details);
  }
  const location = existingDatabase(config, options.database);
  const witness = {
    ...named,
    checkpoints: [...named.checkpoints, ...keptCheckpoints(config, location, options.database)],
  };
  return withDatabase(location, (database) => verifyAudit(createAuditReadings(database), createNodeCrypto(), witness));
}

/** A file of another kind is a mistake of whoever named it, and no broken log. */
function requireLog(file: string): void {
  const begin = reading(file, () => {
    const handle = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(64);
      return bytes.toString('utf8', 0, readSync(handle, bytes));
    } finally {
      closeSync(handle);
    }
  });
  if (!looksLikeLog(begin)) throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file });
}

function parseEntry(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new CodedError('ERR_CLI_USAGE', { detail: '--accept-restoration N' });
  return Number(text);
}

function parseHead(text: string): NotedHead {
  const [, size, sm3] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (size === undefined || sm3 === undefined) throw new CodedError('ERR_CLI_USAGE', { detail: '--head SIZE:SM3' });
  return { size: Number(size), sm3 };
}

function checkpointsOf(file: string): readonly Checkpoint[] {
  const found = reading(file, () => readCheckpoints(file));
  if (found.length === 0) throw new CodedError('ERR_CLI_USAGE', { detail: `${file}: no checkpoint` });
  return found;
}

/** Those of the configured folders; of a database file named on the command line, those beside it. */
function keptCheckpoints(
  config: ServiceConfig,
  location: DatabaseLocation,
  named: string | undefined,
): readonly Checkpoint[] {
  const folders =
    named === undefined
      ? witnessFoldersOf(config)
      : location.engine === 'sqlite'
        ? [path.join(path.dirname(location.file), 'checkpoints')]
        : [];
  return folders
    .map((folder) => path.join(folder, witnessFileName))
    .filter((file) => existsSync(file))
    .flatMap((file) => reading(file, () => readCheckpoints(file)));
}

function readPublicKey(file: string): PublicKey {
  return reading(file, () => {
    const [block] = decodePem(readFileSync(file, 'utf8'));
    if (block?.label !== 'PUBLIC KEY') throw new CodedError('ERR_CLI_USAGE', { detail: '--key: PUBLIC KEY' });
    return parsePublicKey(block.bytes);
  });
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_CLI_USAGE') throw error;
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause: error });
  }
}
