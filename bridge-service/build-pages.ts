// Builds the hosted login page (src/oidc/page) into dist/pages. Run it.
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, 'src/oidc/page');
const dist = path.join(here, 'dist/pages');

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: [path.join(source, 'login.ts')],
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2023',
  format: 'esm',
  conditions: ['onelock-source'],
  legalComments: 'none',
  charset: 'utf8',
  write: false,
});
mkdirSync(dist, { recursive: true });
copyFileSync(path.join(source, 'login.css'), path.join(dist, 'login.css'));
for (const { contents } of outputFiles) {
  // Whole before its name is there: a service that runs may read it now.
  const draft = path.join(dist, `login.js.${process.pid}`);
  writeFileSync(draft, contents);
  renameSync(draft, path.join(dist, 'login.js'));
}
