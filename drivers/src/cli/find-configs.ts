import { CodedError } from '@onelock/core/errors';
import { driversToHost, type InstalledDriver } from '../catalogue/index.ts';
import { type DriverConfig, parseDriverConfigs } from '../port/index.ts';
import type { Environment } from './agent-folder.ts';
import { readTextFile } from './read-file.ts';

/**
 * Which drivers to run: those of a file and no others, else those that the agent of this person runs.
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_DRIVER_CONFIG_INVALID
 */
export function findConfigs(
  file: string | undefined,
  environment: Environment,
  installed: readonly InstalledDriver[],
): readonly DriverConfig[] {
  if (file !== undefined) return parseDriverConfigs(parseJson(readTextFile(file)));
  const text = environment.ONELOCK_AGENT_DRIVERS;
  return driversToHost(text === undefined || text === '' ? null : parseList(text), installed);
}

function parseList(text: string): readonly unknown[] {
  const value = parseJson(text);
  if (Array.isArray(value)) return value;
  throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '', rule: 'must be a list' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '', rule: 'JSON' }, { cause });
  }
}
