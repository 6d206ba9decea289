import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cli = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../src/cli.ts');

export const newFolder = (): string => mkdtempSync(path.join(tmpdir(), 'onelock-service-process-'));

const environmentOf = (folder: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ONELOCK_SERVICE_DATA_DIR: folder,
  ONELOCK_SERVICE_PORT: '0',
  ONELOCK_SERVICE_LOG_LEVEL: 'error',
  // As in `createTestService`.
  ONELOCK_SERVICE_NEW_CA_REVOCATION: 'if-available',
  ONELOCK_MACHINE_OUTPUT: '1',
  ...more,
});

export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly code: string | null;
  readonly startedInMs: number;
  log(): string;
  /** Sends a signal and gives the exit status (null when killed). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the real program and waits until it says that it listens. */
export async function spawnService(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--conditions=onelock-source', cli, 'start'], {
    env: environmentOf(folder, environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (status) => resolve(status)));
  let code: string | null = null;
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string; code?: string; url?: string };
      if (event.event === 'administrator-code') code = event.code ?? null;
      if (event.event === 'listening') resolve(event.url ?? '');
    });
    exited.then((status) => reject(new Error(`the service ended with ${status}: ${log}`)));
  });
  return {
    child,
    url,
    code,
    startedInMs: performance.now() - begun,
    log: () => log,
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs another command of the program to its end. */
export function runCli(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ['--conditions=onelock-source', cli, ...args], {
    env: environmentOf(folder, environment),
    encoding: 'utf8',
  });
}
