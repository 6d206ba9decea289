import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const sdk = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

export interface Bundle {
  /** Under `sdk/dist`. */
  readonly file: string;
  readonly entry: 'src/index.ts' | 'src/messages/index.ts';
  readonly format: 'esm' | 'iife';
  /** Name that a plain script defines. */
  readonly globalName?: string;
}

/** For pages without a bundler: a module and a plain script of the SDK, and its words apart. */
export const bundles = [
  { file: 'onelock.mjs', entry: 'src/index.ts', format: 'esm' },
  { file: 'onelock.js', entry: 'src/index.ts', format: 'iife', globalName: 'OneLock' },
  { file: 'onelock-messages.mjs', entry: 'src/messages/index.ts', format: 'esm' },
  { file: 'onelock-messages.js', entry: 'src/messages/index.ts', format: 'iife', globalName: 'OneLockMessages' },
] as const satisfies readonly Bundle[];

export interface BuiltBundle {
  readonly code: Uint8Array;
  /** Sources that went in, relative to the checkout. */
  readonly inputs: readonly string[];
}

/** Bundles in memory, from the sources. */
export async function buildBundle(bundle: Bundle): Promise<BuiltBundle> {
  const result = await build({
    absWorkingDir: sdk,
    entryPoints: [bundle.entry],
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: bundle.format,
    ...(bundle.globalName === undefined ? {} : { globalName: bundle.globalName }),
    conditions: ['onelock-source'],
    legalComments: 'none',
    charset: 'utf8',
    write: false,
    metafile: true,
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`nothing was built of ${bundle.entry}`);
  return { code: output.contents, inputs: Object.keys(result.metafile.inputs).map((file) => path.join('sdk', file)) };
}
