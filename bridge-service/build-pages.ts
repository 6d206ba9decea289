// Builds the hosted pages, for logging in (src/oidc/page), for phones (src/phone/page) and for applying (src/apply/page), into dist/pages; what they look like alike
// is in src/hosted-pages. Run it.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist/pages');
// The result that builds are dated by comes last.
const pages = { apply: 'src/apply/page', phone: 'src/phone/page', login: 'src/oidc/page' } as const;

const shared = ['../core/look/tokens.css', 'src/hosted-pages/page.css']
  .map((file) => readFileSync(path.join(here, file), 'utf8'))
  .join('\n');

mkdirSync(dist, { recursive: true });
for (const [name, folder] of Object.entries(pages)) {
  const source = path.join(here, folder);
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [path.join(source, `${name}.ts`)],
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
  writeFileSync(path.join(dist, `${name}.css`), `${shared}\n${readFileSync(path.join(source, `${name}.css`), 'utf8')}`);
  for (const { contents } of outputFiles) {
    // Whole before its name is there: a service that runs may read it now.
    const draft = path.join(dist, `${name}.js.${process.pid}`);
    writeFileSync(draft, contents);
    renameSync(draft, path.join(dist, `${name}.js`));
  }
}
