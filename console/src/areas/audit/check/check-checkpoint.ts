import { fromHex } from '@onelock/core/bytes';
import type { AuditHead, Checkpoint, Consistency } from '../api.ts';
import { isSigned, type ServiceKey } from './checkpoints.ts';
import type { ForEachTree, Hashes, TreeName } from './hashes.ts';
import { isBeginning } from './merkle.ts';

/** What a browser finds out about a checkpoint, whoever kept it. */
export interface CheckpointCheck {
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
}

export async function checkCheckpoint(
  checkpoint: Checkpoint,
  { head, keys, prove }: PresentLog,
  hashes: Hashes,
): Promise<CheckpointCheck> {
  const signed = isSigned(checkpoint, keys, hashes);
  const sameLog = checkpoint.log === head.log;
  if (!sameLog || checkpoint.size > head.size) return { sameLog, signed, beginning: { sm3: false, sha256: false } };
  const proof = await prove(checkpoint.size, head.size);
  const of = (tree: TreeName): Promise<boolean> =>
    isBeginning(hashes[tree], {
      ...{ first: checkpoint.size, second: head.size },
      ...{ firstHead: fromHex(checkpoint[tree]), secondHead: fromHex(head[tree]) },
      path: proof[tree].path.map((node) => fromHex(node)),
    });
  return { sameLog, signed, beginning: { sm3: await of('sm3'), sha256: await of('sha256') } };
}
