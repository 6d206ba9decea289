import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openFilesHardLimit } from './hand-over.ts';
import { withoutNetwork } from './without-network.ts';

export interface RestrictedProcess {
  /** The program: a file of this package, run the way its parent runs. */
  readonly entry: URL;
  /** The only variables beyond a fixed path and language. */
  readonly environment: Readonly<Record<string, string>>;
  readonly standardError: 'ignore' | 'inherit';
  readonly openFiles: number;
  readonly dataMegabytes: number;
  readonly heapMegabytes: number;
  readonly network: 'none' | 'allowed';
  /** A two-way pipe beside the IPC channel: the process has it as handle 4. */
  readonly pipe?: boolean;
  /** Whether the process may load compiled addons. */
  readonly addons: 'allow' | 'refuse';
}

/**
 * Starts a process that shares nothing with us but an IPC channel, and a pipe where one is wanted: no handle, no variable, no core dump, bounded
 * memory and files, no network, and no way to gain privileges. Limits come from util-linux (`unshare`, `prlimit`, `setpriv`); where these are
 * absent the process runs with Node's own heap limit only.
 */
export function spawnRestricted(wanted: RestrictedProcess): ChildProcess {
  const node = [
    process.execPath,
    `--max-old-space-size=${wanted.heapMegabytes}`,
    '--max-semi-space-size=16',
    ...(wanted.addons === 'refuse' ? ['--no-addons'] : []),
    ...(wanted.entry.pathname.endsWith('.ts') ? ['--conditions=onelock-source'] : []),
    fileURLToPath(wanted.entry),
  ];
  const [command = process.execPath, ...args] = [...network(wanted), ...limits(wanted), ...privileges(), ...node];
  return spawn(command, args, {
    cwd: '/',
    env: { ...fixedEnvironment(), ...wanted.environment },
    stdio: ['ignore', 'ignore', wanted.standardError, 'ipc', ...(wanted.pipe === true ? (['pipe'] as const) : [])],
    serialization: 'advanced',
    windowsHide: true,
  });
}

function network(wanted: RestrictedProcess): readonly string[] {
  return wanted.network === 'none' ? (withoutNetwork() ?? []) : [];
}

function limits(wanted: RestrictedProcess): readonly string[] {
  const prlimit = '/usr/bin/prlimit';
  if (process.platform !== 'linux' || !existsSync(prlimit)) return [];
  const openFiles = Math.min(wanted.openFiles, openFilesHardLimit());
  const data = wanted.dataMegabytes * 1024 * 1024;
  return [prlimit, `--nofile=${openFiles}:${openFiles}`, '--core=0:0', `--data=${data}:${data}`, '--'];
}

function privileges(): readonly string[] {
  const setpriv = '/usr/bin/setpriv';
  if (process.platform !== 'linux' || !existsSync(setpriv)) return [];
  return [setpriv, '--no-new-privs', '--'];
}

function fixedEnvironment(): Record<string, string> {
  if (process.platform !== 'win32') return { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' };
  const { SystemRoot = 'C:\\Windows', TEMP = 'C:\\Windows\\Temp' } = process.env;
  return { SystemRoot, TEMP, PATH: `${SystemRoot}\\System32` };
}
