// pnpm gen: writes everything that derives from the contract and the error registry.
import { refresh } from '../gen/freshness.ts';
import { generatedFiles, generatedFolders } from '../gen/outputs.ts';
import { checkout } from './checkout.ts';

const written = refresh(checkout, generatedFiles(), generatedFolders);
for (const { file, why } of written)
  process.stdout.write(`${why === 'not generated any more' ? 'removed' : 'wrote'} ${file}\n`);
process.stdout.write(written.length === 0 ? 'everything generated was fresh\n' : `${written.length} files changed\n`);
