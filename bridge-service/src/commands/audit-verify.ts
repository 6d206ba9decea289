import { statSync } from 'node:fs';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { databaseFileOf, readConfig } from '../config.ts';
import { createAuditRepository } from '../repositories/audit.ts';
import { openDatabaseReadOnly } from '../repositories/engine/open-database.ts';
import { type AuditHead, type AuditReport, verifyAudit } from '../services/verify-audit.ts';

/**
 * Walks the audit chain of a database file, which is opened for reading only; the service may run beside.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export async function verifyAuditFile(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly file: string | undefined; readonly head: string | undefined },
): Promise<AuditReport> {
  const file = options.file ?? databaseFileOf(readConfig(environment));
  const noted = options.head === undefined ? null : parseHead(options.head);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file });
  const database = openDatabaseReadOnly(file);
  try {
    return await verifyAudit(createAuditRepository(database), createNodeCrypto(), noted);
  } catch (error) {
    if (error instanceof Error && 'errcode' in error)
      throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause: error });
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
