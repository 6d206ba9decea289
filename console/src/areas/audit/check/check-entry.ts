import { fromHex, toHex } from '@onelock/core/bytes';
import type { AuditEntry, Checkpoint, Inclusion, PublishedKey } from '../api.ts';
import { detailsBytes, entryBytes } from './canonical.ts';
import { isSigned, readKeys } from './checkpoints.ts';
import { type ForEachTree, type Hashes, loadHashes, type TreeName } from './hashes.ts';
import { headFromLeaf, leafOf } from './merkle.ts';

/** What a browser finds out by itself about an entry, over both trees. */
export interface EntryCheck {
  /** The leaf is the hash of the entry as it is shown here. */
  readonly leaf: ForEachTree<boolean>;
  /** The details shown are those the entry was made with; null: erased. */
  readonly details: ForEachTree<boolean> | null;
  /** The path leads from the leaf to the head. */
  readonly path: ForEachTree<boolean>;
  /** Of the checkpoint that covers the entry: it tells the same head, and the service signed it. null: none covers it yet. */
  readonly checkpoint: {
    readonly head: ForEachTree<boolean>;
    readonly signed: boolean;
    readonly at: string;
    readonly key: string;
  } | null;
}

/** `checkpoint` is that of the proof's size. */
export async function checkEntry(
  entry: AuditEntry,
  proof: Inclusion,
  checkpoint: Checkpoint | null,
  published: readonly PublishedKey[],
): Promise<EntryCheck> {
  const hashes = await loadHashes();
  const bytes = entryBytes(entry);
  const details = detailsBytes(entry);
  const each = async (check: (tree: TreeName) => Promise<boolean>): Promise<ForEachTree<boolean>> => ({
    sm3: await check('sm3'),
    sha256: await check('sha256'),
  });
  const leaves = { sm3: await leafOf(hashes.sm3, bytes), sha256: await leafOf(hashes.sha256, bytes) };
  return {
    leaf: await each(async (tree) => toHex(leaves[tree]) === proof[tree].leaf),
    details:
      details === null
        ? null
        : await each(
            async (tree) =>
              toHex(await hashes[tree](details)) === (tree === 'sm3' ? entry.detailsSm3 : entry.detailsSha256),
          ),
    path: await each(async (tree) => {
      const { path, root } = proof[tree];
      const nodes = path.map((node) => fromHex(node));
      const head = await headFromLeaf(hashes[tree], leaves[tree], entry.sequence - 1, proof.size, nodes);
      return head !== null && toHex(head) === root;
    }),
    checkpoint: checkpoint === null ? null : checkpointCheck(checkpoint, proof, published, hashes),
  };
}

function checkpointCheck(
  checkpoint: Checkpoint,
  proof: Inclusion,
  published: readonly PublishedKey[],
  hashes: Hashes,
): NonNullable<EntryCheck['checkpoint']> {
  const same = checkpoint.size === proof.size;
  return {
    head: { sm3: same && checkpoint.sm3 === proof.sm3.root, sha256: same && checkpoint.sha256 === proof.sha256.root },
    signed: isSigned(checkpoint, readKeys(published, hashes), hashes),
    ...{ at: checkpoint.at, key: checkpoint.key },
  };
}
