import { audit } from './api.ts';
import type { PresentLog } from './check/check-checkpoint.ts';
import { readKeys } from './check/checkpoints.ts';
import { type Hashes, loadHashes } from './check/hashes.ts';
import { isBelievable, isChain, readRestoration } from './check/restorations.ts';

/** What checkpoints are held against. A declaration that nobody can believe counts for nothing: then what it would excuse does not agree. */
export async function presentLog(): Promise<readonly [Hashes, PresentLog]> {
  const [hashes, head, published, declared] = await Promise.all([
    ...([loadHashes(), audit.head(), audit.keys(), audit.restorations()] as const),
  ]);
  const keys = readKeys(published.keys, hashes);
  const read = declared.flatMap((entry) => readRestoration(entry) ?? []);
  const sound = isChain(read, head.log) && read.every((one) => isBelievable(one, keys, hashes));
  return [hashes, { head, keys, prove: audit.consistency, restorations: sound ? read : [] }];
}
