// Writes the bundles for pages without a bundler into sdk/dist.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle, bundles } from './build/bundles.ts';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), 'dist');
mkdirSync(dist, { recursive: true });
for (const bundle of bundles) {
  const file = path.join(dist, bundle.file);
  const fresh = `${file}.${process.pid}.tmp`;
  writeFileSync(fresh, (await buildBundle(bundle)).code);
  // As a whole: somebody may be reading the former one.
  renameSync(fresh, file);
}
