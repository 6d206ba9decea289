// npm run build: packages to dist (what an installed package runs), and the pages.
import { buildPages } from './build-pages.ts';
import { runNode, tools } from './checkout.ts';

process.exit(Math.max(runNode([tools.tsc, '-b']), buildPages()));
