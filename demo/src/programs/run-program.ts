import { spawn } from 'node:child_process';
import { childEnvironment, entryFile } from './entry.ts';

/** Runs a program of the house to its end. @returns what it wrote on standard output. @throws when it ends with anything but 0 */
export function runProgram(options: {
  readonly name: string;
  readonly entry: readonly [packageFolder: string, file: string];
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}): Promise<string> {
  const { file, flags } = entryFile(options.entry);
  const child = spawn(process.execPath, [...flags, file, ...options.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: childEnvironment(options.environment),
  });
  let output = '';
  let words = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(output);
      else reject(new Error(`${options.name} ended with ${status}\n${words}`));
    });
  });
}
