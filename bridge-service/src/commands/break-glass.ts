import { statSync } from 'node:fs';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { databaseFileOf, lifetimesOf, readConfig } from '../config.ts';
import { openDatabase } from '../repositories/engine/open-database.ts';
import { createStore } from '../repositories/store.ts';
import { issueAdministratorCode, type PrintedCode } from '../services/administrator-codes.ts';

/**
 * Restores access: whoever may write the database file on the server gets a fresh one-time code. Works beside a running
 * service, and is written to the audit log.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE when there is no database to open
 */
export async function breakGlass(
  environment: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Promise<PrintedCode> {
  const config = readConfig(environment);
  const databaseFile = file ?? databaseFileOf(config);
  if (statSync(databaseFile, { throwIfNoEntry: false })?.isFile() !== true)
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: databaseFile });
  const store = createStore(await openDatabase(databaseFile));
  try {
    return await issueAdministratorCode(
      { store, clock: () => new Date(), ops: createNodeCrypto(), lifetimes: lifetimesOf(config) },
      'break-glass',
    );
  } finally {
    await store.close();
  }
}
