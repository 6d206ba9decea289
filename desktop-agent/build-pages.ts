// Builds the windows' pages (src/pages, Vue) into dist/pages. Run it, or import `buildPages` or `buildStalePages`.
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, 'src/pages');
const built = path.join(here, 'dist/pages');
const lock = path.join(here, 'dist/.pages-lock');
const lockTimeoutMs = 60_000;

/** What the pages are made from. */
const sources = [
  root,
  path.join(here, 'src/window'),
  path.join(here, 'src/consent'),
  path.join(here, '../core/src/messages'),
  path.join(here, '../core/src/errors'),
  path.join(here, '../core/look'),
];

/** Builds the pages; gives their folder. The finished build takes the place of the former one as a whole. */
export async function buildPages(): Promise<string> {
  const fresh = `${built}-${process.pid}`;
  const former = `${fresh}-former`;
  await build({
    root,
    base: '/',
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
    // Without the options API and devtools the page is a third smaller.
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    resolve: { conditions: ['onelock-source', 'browser', 'import', 'module', 'default'] },
    plugins: [vue()],
    build: {
      outDir: fresh,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: [path.join(root, 'index.html'), path.join(root, 'expired.html')] },
    },
  });
  if (modifiedAt(built) > 0) renameSync(built, former);
  renameSync(fresh, built);
  rmSync(former, { recursive: true, force: true });
  return built;
}

/** Builds the pages unless they are newer than everything they are made from. Several processes may ask at once. */
export async function buildStalePages(): Promise<string> {
  const giveUpAt = Date.now() + lockTimeoutMs;
  mkdirSync(path.dirname(lock), { recursive: true });
  while (!takeLock()) {
    if (Date.now() > giveUpAt) throw new Error(`${lock} is held by another build`);
    await delay(100);
  }
  try {
    return areFresh() ? built : await buildPages();
  } finally {
    rmdirSync(lock);
  }
}

function areFresh(): boolean {
  const builtAt = modifiedAt(path.join(built, 'index.html'));
  const files = sources.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
  );
  return files.every((file) => modifiedAt(file) < builtAt);
}

function modifiedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function takeLock(): boolean {
  // A build that was killed leaves its lock behind.
  if (modifiedAt(lock) > 0 && Date.now() - modifiedAt(lock) > lockTimeoutMs)
    rmSync(lock, { recursive: true, force: true });
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await buildPages();
