import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const checkout: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** Runs a JavaScript or TypeScript program under this same Node, with the terminal; gives its exit status (1 when killed). */
export function runNode(args: readonly string[], environment: NodeJS.ProcessEnv = {}): number {
  return (
    spawnSync(process.execPath, [...args], { cwd: checkout, stdio: 'inherit', env: { ...process.env, ...environment } })
      .status ?? 1
  );
}

export const tools = {
  biome: path.join(checkout, 'node_modules/@biomejs/biome/bin/biome'),
  tsc: path.join(checkout, 'node_modules/typescript/bin/tsc'),
  vueTsc: path.join(checkout, 'node_modules/vue-tsc/bin/vue-tsc.js'),
  vitest: path.join(checkout, 'node_modules/vitest/vitest.mjs'),
} as const;
