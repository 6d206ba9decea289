import { spawn } from 'node:child_process';
import path from 'node:path';
import { checkout } from '../programs/entry.ts';

/** Runs a page builder, a program of its own so that the tools it needs are loaded only when something is built. */
export function runBuilder(builder: string): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=onelock-source', path.join(checkout, builder)], {
    cwd: checkout,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${builder} ended with ${status}\n${words}`));
    });
  });
}
