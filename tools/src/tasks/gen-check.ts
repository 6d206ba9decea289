// pnpm gen:check: exit 1 naming every generated file that is stale. Compares files, needs no git.
import { staleFiles } from '../gen/freshness.ts';
import { generatedFiles, generatedFolders } from '../gen/outputs.ts';
import { checkout } from './checkout.ts';

const stale = staleFiles(checkout, generatedFiles(), generatedFolders);
for (const { file, why } of stale) process.stderr.write(`stale: ${file} (${why})\n`);
if (stale.length > 0) process.stderr.write('run `pnpm gen` and commit what it writes\n');
process.exit(stale.length === 0 ? 0 : 1);
