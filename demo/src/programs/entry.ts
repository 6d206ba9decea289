import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const checkout: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

export const fromSources: boolean = import.meta.url.endsWith('.ts');

/** What a program loads first, so that it ends when whoever started it is gone. */
export const endWithStarter: string = new URL(`./end-with-starter.${fromSources ? 'ts' : 'js'}`, import.meta.url).href;

/** Package and file without its ending, as in `bridge-service`, `cli`: from the sources when we are sources, else from the build. */
export function entryFile([packageFolder, file]: readonly [packageFolder: string, file: string]): {
  readonly file: string;
  readonly flags: readonly string[];
} {
  return fromSources
    ? { file: path.join(checkout, packageFolder, 'src', `${file}.ts`), flags: ['--conditions=onelock-source'] }
    : { file: path.join(checkout, packageFolder, 'dist', `${file}.js`), flags: [] };
}

/** Our own environment without any ONELOCK_ setting, and these. */
export function childEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ONELOCK_'));
  return { ...Object.fromEntries(inherited), ...settings };
}
