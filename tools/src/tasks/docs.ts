// node tools/bootstrap/run.mjs docs [dev|preview]: builds the documentation site (docs/.vitepress/dist), or serves it.
import path from 'node:path';
import { checkout, runNode } from './checkout.ts';

const vitepress = path.join(checkout, 'docs/node_modules/vitepress/bin/vitepress.js');
const [command = 'build'] = process.argv.slice(2);
if (!['build', 'dev', 'preview'].includes(command)) {
  process.stderr.write('usage: docs [build|dev|preview]\n');
  process.exit(2);
}
process.exit(runNode([vitepress, command, 'docs']));
