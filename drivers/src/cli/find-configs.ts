import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { type DriverConfig, parseDriverConfigs } from '../port/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Which drivers to list: those of a file, else those that the agent would host, else file tokens in the agent's folder.
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_DRIVER_CONFIG_INVALID
 */
export function findConfigs(file: string | undefined, environment: Environment): readonly DriverConfig[] {
  const text = file === undefined ? environment.ONELOCK_AGENT_DRIVERS : readText(file);
  if (text !== undefined && text !== '') return parseDriverConfigs(parseJson(text));
  return [{ id: 'soft', family: 'soft', folder: path.join(agentFolder(environment), 'tokens') }];
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError('ERR_DRIVER_CONFIG_INVALID', { field: '', rule: 'JSON' }, { cause });
  }
}

function agentFolder(environment: Environment): string {
  if (environment.ONELOCK_AGENT_STATE_DIR) return path.resolve(environment.ONELOCK_AGENT_STATE_DIR);
  const home = os.homedir();
  if (process.platform === 'win32') return path.join(environment.LOCALAPPDATA ?? home, 'OneLock');
  if (process.platform === 'darwin') return path.join(home, 'Library/Application Support/OneLock');
  return path.join(environment.XDG_STATE_HOME ?? path.join(home, '.local/state'), 'onelock');
}
