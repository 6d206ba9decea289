import { statSync } from 'node:fs';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { databaseLocationOf, namedDatabase, type ServiceConfig } from '../config.ts';
import { type DatabaseLocation, describeLocation } from '../repositories/engine/database-location.ts';
import { openDatabaseReadOnly } from '../repositories/engine/open-database.ts';
import type { ServiceDatabase } from '../repositories/engine/schema.ts';
import { isStoreUnavailable } from '../repositories/engine/store-unavailable.ts';

/**
 * The database a command works on: the one named, else that of the configuration. A command makes no database file.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export function existingDatabase(config: ServiceConfig, named: string | undefined): DatabaseLocation {
  const location = named === undefined ? databaseLocationOf(config) : namedDatabase(config, named);
  if (location.engine === 'sqlite' && statSync(location.file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: location.file });
  return location;
}

/**
 * Reads a database without changing anything in it; the service may run beside.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE for what is no database of the service, or cannot be had
 */
export async function withDatabase<T>(
  location: DatabaseLocation,
  read: (database: ServiceDatabase) => Promise<T>,
): Promise<T> {
  const unreadable = (error: unknown): boolean =>
    isStoreUnavailable(error) ||
    (error instanceof Error && 'errcode' in error) ||
    (isCodedError(error) && error.code === 'ERR_SERVICE_DATABASE_DAMAGED');
  try {
    const database = openDatabaseReadOnly(location);
    try {
      return await read(database);
    } finally {
      await database.destroy();
    }
  } catch (error) {
    if (!unreadable(error)) throw error;
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: describeLocation(location) }, { cause: error });
  }
}
