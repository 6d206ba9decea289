import { fromBase64, utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { AuditEntry, Checkpoint } from '../api.ts';
import type { ServiceKey } from './checkpoints.ts';
import { type ForEachTree, type Hashes, treeNames } from './hashes.ts';

/** What an entry declares that was written when an older backup had been restored: what is lost, and under which name the log goes on. */
export interface Restoration {
  readonly sequence: number;
  readonly at: string;
  readonly target: string;
  /** Name of the log before it, and from it on. */
  readonly log: string;
  readonly next: string;
  /** Entries that are there as they were; those after them up to `lostTo` are lost. */
  readonly kept: number;
  readonly lostTo: number;
  readonly written: number;
  readonly reason: string;
  readonly by: string;
  readonly approvedBy: string | null;
  /** Of the log before the entry. */
  readonly heads: ForEachTree<string>;
  /** Heads of checkpoints that the log no longer agrees with. */
  readonly lost: readonly (readonly [log: string, size: number, sm3: string, sha256: string])[];
  readonly key: string;
  readonly signature: string;
}

export const restorationAction = 'audit.declare-restoration';

const form = /^log ([0-9a-f]{32}) kept (\d{1,15}) lost (\d{1,15})-(\d{1,15}) written (\d{1,15}) next ([0-9a-f]{32})$/;

/** null for what cannot be read as one: then nothing of it is believed. */
export function readRestoration({ sequence, at, action, target, outcome, details }: AuditEntry): Restoration | null {
  const [, log, kept, from, lostTo, written, next] = form.exec(target) ?? [];
  const said = (details?.restoration ?? null) as Partial<Restoration> | null;
  if (action !== restorationAction || outcome !== 'done' || log === undefined || next === undefined || said === null)
    return null;
  const { reason, by, approvedBy = null, heads, lost, key, signature } = said;
  const texts = [reason, by, key, signature, heads?.sm3, heads?.sha256];
  const whole =
    Number(from) === Number(kept) + 1 &&
    texts.every((text) => typeof text === 'string') &&
    Array.isArray(lost) &&
    lost.every((head) => Array.isArray(head) && head.length === 4 && Number.isSafeInteger(head[1]));
  if (!whole) return null;
  return {
    ...({ reason, by, heads, key, signature } as Pick<Restoration, 'reason' | 'by' | 'heads' | 'key' | 'signature'>),
    ...{ sequence, at, target, log, next, approvedBy, lost: lost as Restoration['lost'] },
    ...{ kept: Number(kept), lostTo: Number(lostTo), written: Number(written) },
  };
}

/** Whether a declaration says no more and no less than its own list, and a published key signed it. */
export function isBelievable(restoration: Restoration, keys: readonly ServiceKey[], { gm }: Hashes): boolean {
  const { sequence, at, target, log, next, kept, lostTo, written, reason, by, approvedBy, heads, lost } = restoration;
  const sizes = lost.map(([, size]) => size);
  const most = sizes.reduce((one, other) => Math.max(one, other), 0);
  if (written !== sequence - 1 || kept > written || most !== lostTo || next === log) return false;
  if (!sizes.every((size) => size > kept)) return false;
  const key = keys.find(({ id }) => id === restoration.key);
  if (key === undefined) return false;
  const text = JSON.stringify([target, at, reason, by, approvedBy, heads.sm3, heads.sha256, lost]);
  try {
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    const bytes = utf8Encode(`onelock-audit-restoration-v1\n${text}`);
    return gm.verify(key.key, algorithm, bytes, fromBase64(restoration.signature));
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}

/** Whether each goes on from the name that the one before it gave, and the last gives the log's own; no name twice. */
export function isChain(restorations: readonly Restoration[], log: string): boolean {
  if (restorations.length === 0) return true;
  const names = [restorations[0]?.log, ...restorations.map(({ next }) => next)];
  const joined = restorations.every(({ log: name }, index) => name === names[index]);
  return joined && names.at(-1) === log && new Set(names).size === names.length;
}

/** The name of the log when it had so many entries. */
export function nameAt(restorations: readonly Restoration[], log: string, size: number): string {
  return restorations.findLast(({ sequence }) => sequence <= size)?.next ?? restorations[0]?.log ?? log;
}

/** Whether a declaration names the head of this checkpoint as lost. */
export function isLost(checkpoint: Checkpoint, restorations: readonly Restoration[]): boolean {
  const { log, size } = checkpoint;
  return restorations.some(({ lost }) =>
    lost.some(
      ([name, entries, sm3, sha256]) =>
        name === log && entries === size && treeNames.every((tree) => checkpoint[tree] === { sm3, sha256 }[tree]),
    ),
  );
}
