import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { type Checkpoint, checkpointIsBy } from '../audit/checkpoint.ts';
import { type DeclaredRestoration, Epochs } from '../audit/epochs.ts';
import type { ForEachTree } from '../audit/merkle-tree.ts';
import { lostHeadOf, restorationAction, restorationTarget, signRestoration } from '../audit/restoration.ts';
import { auditDraft } from './append-audit.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Ports } from './ports/ports.ts';
import type { AuditReadings } from './ports/store.ts';
import { proveConsistency } from './prove-audit.ts';

export interface RestorationDeclaration {
  /** What witnesses kept: all of it may be given, what the log agrees with is left out. */
  readonly checkpoints: readonly Checkpoint[];
  readonly reason: string;
  readonly by: string;
  readonly approvedBy: string | null;
  /** Entries that the backup had; as many as the log has now when null. */
  readonly kept: number | null;
}

type DeclarationPorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'key' | 'lifetimes'>;

/** Of its details: every witness of what was lost needs them for ever. */
const keptForEver = '9999-12-31T23:59:59.999Z';

/**
 * Writes into a log that lost its end, as an older backup was restored, what of it is lost by the word of its witnesses, and goes on under another name (docs/adr/0036).
 *
 * @returns null when the log agrees with everything that was given: nothing is declared
 * @throws {CodedError} ERR_SERVICE_RESTORATION_UNSIGNED for a checkpoint that the service's key did not sign; ERR_SERVICE_RESTORATION_KEPT when one of not
 *   more entries than are said to be kept disagrees
 */
export async function declareRestoration(
  ports: DeclarationPorts,
  { checkpoints, reason, by, approvedBy, kept: said }: RestorationDeclaration,
): Promise<DeclaredRestoration | null> {
  const { store, ops, key } = ports;
  const candidates = candidatesOf(checkpoints, said ?? (await store.audit.head()).size);
  for (const checkpoint of candidates)
    if (!checkpointIsBy(checkpoint, key.publicKey, ops))
      throw new CodedError('ERR_SERVICE_RESTORATION_UNSIGNED', { size: checkpoint.size });
  return store.transaction(async ({ audit }) => {
    const head = await audit.head();
    const epochs = await epochsOf(audit, ports);
    const lost: Checkpoint[] = [];
    for (const checkpoint of candidates) {
      const { size } = checkpoint;
      const found = epochs.hold(checkpoint, head.log, size > head.size ? undefined : await rootsAt(audit, ports, size));
      if (typeof found === 'object') lost.push(checkpoint);
    }
    if (lost.length === 0) return null;
    const sizes = lost.map(({ size }) => size);
    const least = sizes.reduce((one, other) => Math.min(one, other));
    const kept = said ?? head.size;
    if (kept > head.size || least <= kept)
      throw new CodedError('ERR_SERVICE_RESTORATION_KEPT', { size: Math.min(least, head.size + 1) });
    const restoration = {
      ...{ log: head.log, kept, written: head.size },
      lostTo: sizes.reduce((one, other) => Math.max(one, other)),
      next: toHex(ops.random(16)),
    };
    const at = ports.clock();
    const words = maskPersonalNumbers({ reason, by, approvedBy });
    const named = new Map(lost.map((checkpoint) => [lostHeadOf(checkpoint).join(':'), lostHeadOf(checkpoint)]));
    const heads = await rootsAt(audit, ports, head.size);
    const details = signRestoration(
      restoration,
      at.toISOString(),
      { ...words, heads, lost: [...named.values()].sort((one, other) => one[1] - other[1]) },
      key,
    );
    const draft = auditDraft(
      { ...ports, clock: () => at },
      {
        ...{ actor: 'server-console', role: 'none', requestId: '', action: restorationAction, outcome: 'done' },
        target: restorationTarget(restoration),
        details: { restoration: details },
      },
    );
    audit.append({ ...draft, retainUntil: keptForEver, nextLog: restoration.next });
    return {
      ...{ sequence: head.size + 1, at: at.toISOString(), ...words, kept, lostFrom: kept + 1 },
      ...{ lostTo: restoration.lostTo, undeclared: head.size - kept, key: key.id, signatureChecked: true },
    };
  });
}

/** A witness's file has a line for each minute of years: of those that nobody says are lost so many of the newest are looked at. */
const lookedAt = 20;

function candidatesOf(checkpoints: readonly Checkpoint[], kept: number): readonly Checkpoint[] {
  const within = checkpoints.filter(({ size }) => size <= kept).sort((one, other) => other.size - one.size);
  return [...checkpoints.filter(({ size }) => size > kept), ...within.slice(0, lookedAt)];
}

/** What the log has declared already. */
async function epochsOf(audit: AuditReadings, ports: DeclarationPorts): Promise<Epochs> {
  const epochs = new Epochs(ports.ops, ports.key.publicKey);
  for (let after = 0, more = true; more; ) {
    const page = await audit.list({ after, limit: 100 }, { action: restorationAction });
    for (const entry of page) {
      const heads = await rootsAt(audit, ports, entry.sequence - 1);
      const rule = epochs.take(entry, () => heads);
      if (rule !== null) throw new CodedError('ERR_SERVICE_AUDIT_BROKEN', { sequence: entry.sequence, rule });
    }
    after = page.at(-1)?.sequence ?? after;
    more = page.length === 100;
  }
  return epochs;
}

async function rootsAt(audit: AuditReadings, ports: DeclarationPorts, size: number): Promise<ForEachTree<string>> {
  const { sm3, sha256 } = await proveConsistency({ ops: ports.ops, store: { audit } }, size, size);
  return { sm3: sm3.root, sha256: sha256.root };
}
