// Writes the bundles for pages without a bundler into sdk/dist.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle, bundles } from './build/bundles.ts';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), 'dist');
mkdirSync(dist, { recursive: true });
for (const bundle of bundles) writeFileSync(path.join(dist, bundle.file), (await buildBundle(bundle)).code);
