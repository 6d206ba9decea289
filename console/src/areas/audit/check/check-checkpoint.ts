import { fromHex } from '@onelock/core/bytes';
import type { AuditHead, Checkpoint, Consistency } from '../api.ts';
import { isSigned, type ServiceKey } from './checkpoints.ts';
import type { ForEachTree, Hashes, TreeName } from './hashes.ts';
import { isBeginning } from './merkle.ts';
import { isLost, nameAt, type Restoration } from './restorations.ts';

/** What a browser finds out about a checkpoint, whoever kept it. */
export interface CheckpointCheck {
  /** The log declares that it lost what this tells of: it cannot begin with it, and says so. */
  readonly lost: boolean;
  readonly sameLog: boolean;
  readonly signed: boolean;
  /** The log as it is now begins with the log that the checkpoint tells of. */
  readonly beginning: ForEachTree<boolean>;
}

export const agrees = ({ sameLog, signed, beginning }: CheckpointCheck): boolean =>
  sameLog && signed && beginning.sm3 && beginning.sha256;

/** Against the log as it is now: its head and the keys published, and who gives the proof that a shorter log is its beginning. */
export interface PresentLog {
  readonly head: AuditHead;
  readonly keys: readonly ServiceKey[];
  prove(first: number, second: number): Promise<Consistency>;
  /** What the log declares that it lost, each signed by a published key. */
  readonly restorations?: readonly Restoration[];
}

export async function checkCheckpoint(
  checkpoint: Checkpoint,
  { head, keys, prove, restorations = [] }: PresentLog,
  hashes: Hashes,
): Promise<CheckpointCheck> {
  const signed = isSigned(checkpoint, keys, hashes);
  const lost = isLost(checkpoint, restorations);
  const none = { sm3: false, sha256: false };
  if (lost) return { lost, sameLog: true, signed, beginning: none };
  const sameLog = checkpoint.log === nameAt(restorations, head.log, checkpoint.size);
  if (!sameLog || checkpoint.size > head.size) return { lost, sameLog, signed, beginning: none };
  const proof = await prove(checkpoint.size, head.size);
  const of = (tree: TreeName): Promise<boolean> =>
    isBeginning(hashes[tree], {
      ...{ first: checkpoint.size, second: head.size },
      ...{ firstHead: fromHex(checkpoint[tree]), secondHead: fromHex(head[tree]) },
      path: proof[tree].path.map((node) => fromHex(node)),
    });
  return { lost, sameLog, signed, beginning: { sm3: await of('sm3'), sha256: await of('sha256') } };
}
