import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkout, runNode } from './checkout.ts';

/** Programs that turn a part's pages, or the SDK for pages without a bundler, into static files under its dist folder. */
const builders = [
  'desktop-agent/build-pages.ts',
  'bridge-service/build-pages.ts',
  'demo/build-pages.ts',
  'console/build-pages.ts',
  'sdk/build-bundles.ts',
];

/** Builds every part's pages; gives 0 when all were built. */
export function buildPages(): number {
  return builders
    .filter((file) => existsSync(path.join(checkout, file)))
    .map((file) => runNode(['--conditions=onelock-source', file]))
    .reduce((worst, status) => Math.max(worst, status), 0);
}
