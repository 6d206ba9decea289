import { spawn } from 'node:child_process';
import path from 'node:path';
import { checkout } from '../tasks/checkout.ts';
import type { Finding } from './finding.ts';

const program = path.join(checkout, 'drivers/src/cli.ts');
const timeoutMs = 120_000;

/** What the drivers' own part finds: it knows manifests, libraries and recalls, and this one knows none of them. */
export async function examineDrivers(): Promise<readonly Finding[]> {
  const { stdout, detail } = await run();
  try {
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
    return findings;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const found = detail === '' ? String(error) : detail;
    return [
      {
        id: 'drivers',
        state: 'problem',
        zh: { title: '驱动', found, fix: '请重新安装；若仍失败请联系支持' },
        en: { title: 'Drivers', found, fix: 'Install again; if it still fails, contact support' },
      },
    ];
  }
}

function run(): Promise<{ readonly stdout: string; readonly detail: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=onelock-source', program, 'driver', 'doctor', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const end = (): void =>
      resolve({
        stdout: Buffer.concat(out).toString('utf8'),
        detail: Buffer.concat(err).toString('utf8').split('\n')[0] ?? '',
      });
    child.once('error', end);
    child.once('close', end);
  });
}
