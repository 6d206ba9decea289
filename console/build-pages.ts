// Builds the console (src, Vue) into dist/pages, which the service serves under /console/. Run it, or import `buildPages`.
import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const built = path.join(here, 'dist/pages');

/** Builds the pages; gives their folder. The finished build takes the place of the former one as a whole. */
export async function buildPages(): Promise<string> {
  const fresh = `${built}-${process.pid}`;
  const former = `${fresh}-former`;
  await build({
    root: path.join(here, 'src'),
    base: '/console/',
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
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
      chunkSizeWarningLimit: 900,
      modulePreload: { polyfill: false },
    },
  });
  if (existsSync(built)) renameSync(built, former);
  renameSync(fresh, built);
  rmSync(former, { recursive: true, force: true });
  return built;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await buildPages();
