// Builds the trading site's pages (src/trading-site/pages, Vue) into dist/pages. Run it, or import `buildPages`.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Builds the pages; gives their folder. */
export async function buildPages(outDir: string = path.join(here, 'dist/pages')): Promise<string> {
  await build({
    root: path.join(here, 'src/trading-site/pages'),
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
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  });
  return outDir;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await buildPages();
