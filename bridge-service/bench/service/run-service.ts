import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cli = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../src/cli.ts');

export interface RunningBenchService {
  readonly url: string;
  readonly code: string | null;
  readonly startedSeconds: number;
  /** Processor seconds that it has used. */
  cpuSeconds(): number;
  residentMegabytes(): number;
  peakMegabytes(): number;
  stop(): Promise<void>;
}

/** Starts the real program and waits until it says that it listens. */
export async function runService(environment: Readonly<Record<string, string>>): Promise<RunningBenchService> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--conditions=onelock-source', cli, 'start'], {
    env: {
      ...process.env,

      ...environment,
      ONELOCK_MACHINE_OUTPUT: '1',
      ONELOCK_SERVICE_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let code: string | null = null;
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string; code?: string; url?: string };
      if (event.event === 'administrator-code') code = event.code ?? null;
      if (event.event === 'listening') resolve(event.url ?? '');
    });
    child.once('exit', (status) => reject(new Error(`the service ended with ${status}`)));
  });
  return {
    ...{ url, code, startedSeconds: (performance.now() - begun) / 1000 },
    cpuSeconds: () => cpuSecondsOf(child),
    residentMegabytes: () => statusOf(child, 'VmRSS'),
    peakMegabytes: () => statusOf(child, 'VmHWM'),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** Clock ticks of /proc are hundredths of a second on Linux. */
function cpuSecondsOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function statusOf({ pid }: ChildProcess, field: string): number {
  const [, kilobytes = '0'] =
    new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
