import { createNodeCrypto } from '@onelock/core/crypto/node';
import { lifetimesOf, readConfig } from '../config.ts';
import { openStore } from '../repositories/store.ts';
import { issueAdministratorCode, type PrintedCode } from '../services/administrator-codes.ts';
import { existingDatabase } from './existing-database.ts';

/**
 * Restores access: whoever may write the database on the server gets a fresh one-time code. Works beside a running
 * service, and is written to the audit log.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE when there is no database to open
 */
export async function breakGlass(
  environment: Readonly<Record<string, string | undefined>>,
  place: string | undefined,
): Promise<PrintedCode> {
  const config = readConfig(environment);
  const ops = createNodeCrypto();
  const store = await openStore(existingDatabase(config, place), { ops });
  try {
    return await issueAdministratorCode(
      { store, clock: () => new Date(), ops, lifetimes: lifetimesOf(config) },
      'break-glass',
    );
  } finally {
    await store.close();
  }
}
