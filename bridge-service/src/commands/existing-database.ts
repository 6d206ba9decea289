import { statSync } from 'node:fs';
import { CodedError } from '@onelock/core/errors';
import { databaseLocationOf, type ServiceConfig } from '../config.ts';
import { type DatabaseLocation, readDatabaseLocation } from '../repositories/engine/database-location.ts';

/**
 * The database a command works on: the one named, else that of the configuration. A command makes no database file.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE
 */
export function existingDatabase(config: ServiceConfig, named: string | undefined): DatabaseLocation {
  const location = named === undefined ? databaseLocationOf(config) : readDatabaseLocation(named);
  if (location.engine === 'sqlite' && statSync(location.file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: location.file });
  return location;
}
