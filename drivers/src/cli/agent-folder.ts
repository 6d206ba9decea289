import os from 'node:os';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the agent of this person, where its tokens and drivers are. */
export function agentFolder(environment: Environment): string {
  if (environment.ONELOCK_AGENT_STATE_DIR) return path.resolve(environment.ONELOCK_AGENT_STATE_DIR);
  const home = os.homedir();
  if (process.platform === 'win32') return path.join(environment.LOCALAPPDATA ?? home, 'OneLock');
  if (process.platform === 'darwin') return path.join(home, 'Library/Application Support/OneLock');
  return path.join(environment.XDG_STATE_HOME ?? path.join(home, '.local/state'), 'onelock');
}
