import type { CryptoOps } from '@onelock/core/crypto';
import { growLog } from '../audit/grow-log.ts';
import type { EvidenceSeal } from '../services/ports/evidence-seal.ts';
import type { AuditDraft } from '../services/ports/records.ts';
import type { AuditHeadRecord } from '../services/ports/store.ts';
import { bulkInsert } from './engine/bulk-insert.ts';
import { hold } from './engine/bundle.ts';
import { compiledOnce } from './engine/compiled-once.ts';
import type { ServiceDatabase } from './engine/schema.ts';

/** Digests of evidence known to be in the database for today; beyond this many they are learnt anew. */
const rememberedItems = 200_000;

/**
 * Writes the entries of a group of transactions, all at once and at its end, so that the turn at the log (one writer at a time, on
 * every node) is as short as can be.
 *
 * @param seal  asked for when there is evidence to keep
 * @param erasures  how often evidence was erased before its time: what was known to be there may be gone
 */
export function createAuditWriter(
  ops: Pick<CryptoOps, 'digest'>,
  seal: () => EvidenceSeal,
  erasures: () => number = () => 0,
): (transaction: ServiceDatabase, head: AuditHeadRecord, drafts: readonly AuditDraft[]) => Promise<() => void> {
  let known = new Set<string>();
  let knownDay = '';
  let knownErasures = 0;
  return async (transaction, head, drafts) => {
    if (drafts.length === 0) return () => undefined;
    const entries = drafts.map((draft, index) => ({ ...draft, sequence: head.size + index + 1 }));
    const grown = growLog(head, entries, ops);
    await bulkInsert(transaction, 'audit_log', logColumns, entries.map(logRow), held);
    await bulkInsert(
      transaction,
      'audit_details',
      { sequence: 'bigint', salt: 'text', details: 'text', retain_until: 'text' },
      entries.map(({ sequence, details, retainUntil }) => [sequence, details.salt, details.details, retainUntil]),
      held,
    );
    await bulkInsert(
      transaction,
      'audit_nodes',
      { level: 'bigint', position: 'bigint', sm3: 'text', sha256: 'text' },
      grown.nodes.map(({ level, position, sm3, sha256 }) => [level, position, sm3, sha256]),
      held,
    );
    const edge = [grown.size, grown.frontier.sm3, grown.frontier.sha256] as const;
    const nextLog = drafts.findLast((draft) => draft.nextLog !== undefined)?.nextLog;
    await hold(
      transaction,
      nextLog === undefined ? headMoved(transaction, [...edge, 1]) : headRenamed(transaction, [...edge, nextLog, 1]),
    );

    const day =
      drafts
        .map(({ at }) => at.slice(0, 10))
        .sort()
        .at(-1) ?? '';
    if (day !== knownDay || known.size > rememberedItems || knownErasures !== erasures()) known = new Set();
    [knownDay, knownErasures] = [day, erasures()];
    const fresh = new Map(
      drafts
        .flatMap(({ evidence }) => evidence)
        .flatMap((item) => (known.has(item.digest) ? [] : [[item.digest, item] as const])),
    );
    await bulkInsert(
      transaction,
      'evidence_items',
      { digest: 'text', bytes: 'bytea', used_on: 'text', sealed_by: 'text' },
      // What is there already keeps its bytes, and the key that sealed them.
      [...fresh.values()].map(({ digest, bytes }) => [digest, seal().seal(digest, bytes), day, seal().keyId]),
      { existing: { update: 'used_on', key: 'digest' }, ...held },
    );
    // Remembered once committed: a group that fails has written none of them.
    return () => {
      for (const digest of fresh.keys()) known.add(digest);
    };
  };
}

const held = { held: true };

const headMoved = compiledOnce((database) =>
  database.updateTable('audit_head').set({ size: 0, frontier_sm3: '', frontier_sha256: '' }).where('id', '=', 1),
);

const headRenamed = compiledOnce((database) =>
  database
    .updateTable('audit_head')
    .set({ size: 0, frontier_sm3: '', frontier_sha256: '', log: '' })
    .where('id', '=', 1),
);

const logColumns = {
  sequence: 'bigint',
  at: 'text',
  actor: 'text',
  role: 'text',
  action: 'text',
  target: 'text',
  outcome: 'text',
  reason: 'text',
  request_id: 'text',
  details_sm3: 'text',
  details_sha256: 'text',
  retain_until: 'text',
} as const;

function logRow(entry: AuditDraft & { readonly sequence: number }): readonly (string | number)[] {
  const { sequence, at, actor, role, action, target, outcome, reason, requestId } = entry;
  const { detailsSm3, detailsSha256, retainUntil } = entry;
  return [
    ...[sequence, at, actor, role, action, target, outcome, reason, requestId],
    ...[detailsSm3, detailsSha256, retainUntil],
  ];
}
