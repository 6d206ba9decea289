import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('../../native/test/', import.meta.url));

/** The C compiler of this machine, where there is one. */
export const cCompiler: string | undefined = ['cc', 'gcc', 'clang'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** The ways the engine's C is compiled: what the addon is on x86-64 (twice), elsewhere, and what WASM is. */
export const builds: Readonly<Record<string, readonly string[]>> = {
  'x86-64 with BMI2': ['-DONELOCK_LIMBS=4', '-DONELOCK_BMI2'],
  'any x86-64': ['-DONELOCK_LIMBS=4'],
  'portable 64-bit': ['-DONELOCK_LIMBS=4', '-DONELOCK_NO_ASM'],
  '29-bit limbs, as in WASM': ['-DONELOCK_LIMBS=9'],
};

export interface NativeProgram {
  /** Its standard output; throws when it ends with another status than 0. */
  run(...args: readonly string[]): Promise<string>;
  remove(): void;
}

/** Compiles a program of core/native/test, with the optimisation of the addon unless told otherwise. */
export function compileNative(
  compiler: string,
  source: string,
  flags: readonly string[],
  optimisation: readonly string[] = ['-O3'],
): NativeProgram {
  const scratch = mkdtempSync(path.join(tmpdir(), 'onelock-native-'));
  const program = path.join(scratch, 'program');
  const result = spawnSync(
    compiler,
    [...optimisation, '-Wall', '-Wextra', '-Werror', ...flags, path.join(folder, source), '-o', program, '-lm'],
    { encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(result.stderr);
  return {
    run: async (...args) => (await promisify(execFile)(program, args, { maxBuffer: 1 << 28 })).stdout,
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
