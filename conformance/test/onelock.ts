import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

/** Runs the program as a child process, with an English terminal unless the environment says otherwise. */
export function onelock(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=onelock-source', cli, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LANG: 'en_US.UTF-8', ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

/** The object that `--json` printed. */
export function onelockJson(args: readonly string[]): { readonly status: number | null; readonly value: Json } {
  const { status, stdout } = onelock([...args, '--json']);
  return { status, value: JSON.parse(stdout) as Json };
}

export interface Json {
  readonly indication?: string;
  readonly reason?: { readonly code: string; readonly params: Readonly<Record<string, unknown>> };
  readonly [field: string]: unknown;
}
