import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { readConfig } from '../config.ts';
import { createAuditRepository } from '../repositories/audit.ts';
import { describeLocation } from '../repositories/engine/database-location.ts';
import { openDatabaseReadOnly } from '../repositories/engine/open-database.ts';
import { isStoreUnavailable } from '../repositories/engine/store-unavailable.ts';
import { type AuditHead, type AuditReport, verifyAudit } from '../services/verify-audit.ts';
import { existingDatabase } from './existing-database.ts';

/**
 * Walks the audit chain of a database file, which is opened for reading only; the service may run beside.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export async function verifyAuditFile(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly file: string | undefined; readonly head: string | undefined },
): Promise<AuditReport> {
  const location = existingDatabase(readConfig(environment), options.file);
  const noted = options.head === undefined ? null : parseHead(options.head);
  const database = openDatabaseReadOnly(location);
  try {
    return await verifyAudit(createAuditRepository(database), createNodeCrypto(), noted);
  } catch (error) {
    if (isStoreUnavailable(error) || (error instanceof Error && 'errcode' in error))
      throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: describeLocation(location) }, { cause: error });
    throw error;
  } finally {
    await database.destroy();
  }
}

function parseHead(text: string): AuditHead {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new CodedError('ERR_CLI_USAGE', { detail: '--head SEQUENCE:HASH' });
  return { sequence: Number(sequence), hash };
}
