import { CompiledQuery, type Selectable, sql } from 'kysely';
import { readCheckpoint } from '../audit/checkpoint.ts';
import { indexHash, segmentSize } from '../audit/segment-index.ts';
import type { AuditDetails, AuditDraft, AuditEntry, Role } from '../services/ports/records.ts';
import type {
  AuditEntryWithDetails,
  AuditFilter,
  AuditHeadRecord,
  AuditReadings,
  AuditRepository,
  PageRequest,
} from '../services/ports/store.ts';
import { addIndexRows, indexedSegments, indexedSequences, segmentIsIndexed } from './audit-index.ts';
import { rowsOf } from './engine/compiled-once.ts';
import { prepared } from './engine/prepared.ts';
import { isRareAct, rareActsOnly } from './engine/rare-acts.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['audit_log']>;
type RowWithDetails = Row & { salt: string | null; details: string | null };

/** Asked at the beginning of every group of writes. */
export const headQuery = prepared<HeadRow>(
  CompiledQuery.raw('select id, log, size, frontier_sm3, frontier_sha256 from audit_head where id = 1'),
);
type HeadRow = Selectable<Tables['audit_head']>;

/** Of the answer to {@link headQuery}. */
export function auditHead(rows: readonly unknown[] | undefined): AuditHeadRecord {
  const row = rows?.[0] as HeadRow | undefined;
  if (row === undefined) throw new Error('the audit log has no head');
  return { log: row.log, size: row.size, frontier: { sm3: row.frontier_sm3, sha256: row.frontier_sha256 } };
}

export function createAuditReadings(database: ServiceDatabase): AuditReadings {
  const withDetails = () =>
    database
      .selectFrom('audit_log')
      .leftJoin('audit_details', 'audit_details.sequence', 'audit_log.sequence')
      .selectAll('audit_log')
      .select(['audit_details.salt', 'audit_details.details']);

  const selected = ({ after, limit }: PageRequest<number>, filter: AuditFilter) => {
    const { action, actor, target, newestFirst = false } = filter;
    let query = withDetails()
      .orderBy('audit_log.sequence', newestFirst ? 'desc' : 'asc')
      .limit(limit);
    if (after !== null) query = query.where('audit_log.sequence', newestFirst ? '<' : '>', after);
    if (action !== undefined) query = query.where('audit_log.action', '=', action);
    if (action !== undefined && isRareAct(action))
      query = query.where(sql<boolean>`audit_log.action ${sql.raw(rareActsOnly)}`);
    if (target !== undefined) query = query.where('audit_log.target', '=', target);
    if (actor !== undefined) query = query.where('audit_log.actor', '=', actor);
    return query;
  };

  /** Whole segments by their index; the end of the log, which has none yet, as it is. */
  const foundByIndex = async (page: PageRequest<number>, filter: AuditFilter): Promise<readonly RowWithDetails[]> => {
    const { target, actor, newestFirst = false } = filter;
    const segments = await indexedSegments(database);
    const field = target === undefined ? 'actor' : 'target';
    const wanted = { hash: indexHash(field, target ?? actor ?? ''), after: page.after, newestFirst, segments };
    const end = segments * segmentSize;
    const rows: RowWithDetails[] = [];
    const atEnd = async (): Promise<void> => {
      const begin = newestFirst ? page.after : Math.max(end, page.after ?? 0);
      const query = selected({ after: begin, limit: page.limit - rows.length }, filter);
      if (rows.length < page.limit) rows.push(...(await query.where('audit_log.sequence', '>', end).execute()));
    };
    if (newestFirst) await atEnd();
    for await (const sequences of indexedSequences(database, wanted)) {
      if (rows.length >= page.limit) break;
      const query = selected({ after: null, limit: page.limit - rows.length }, filter);
      rows.push(...(await query.where('audit_log.sequence', 'in', sequences).execute()));
    }
    if (!newestFirst) await atEnd();
    return rows;
  };

  return {
    head: async () => auditHead(await rowsOf(database, headQuery)),
    async list(page, filter) {
      const { target, actor, action } = filter;
      const found =
        (target === undefined && actor === undefined) || (action !== undefined && isRareAct(action))
          ? await selected(page, filter).execute()
          : await foundByIndex(page, filter);
      return found.map(toEntryWithDetails);
    },
    indexedSegments: () => indexedSegments(database),
    async bySequence(sequence) {
      const row = await withDetails().where('audit_log.sequence', '=', sequence).executeTakeFirst();
      return row === undefined ? null : toEntryWithDetails(row);
    },
    async entries(start, end) {
      const rows = await database
        .selectFrom('audit_log')
        .selectAll()
        .where('sequence', '>', start)
        .where('sequence', '<=', end)
        .orderBy('sequence')
        .execute();
      return rows.map(toEntry);
    },
    async nodes(level, start, end) {
      return database
        .selectFrom('audit_nodes')
        .select(['sm3', 'sha256'])
        .where('level', '=', level)
        .where('position', '>=', start)
        .where('position', '<', end)
        .orderBy('position')
        .execute();
    },
    async checkpoints({ after, limit }) {
      let query = database.selectFrom('audit_checkpoints').select('checkpoint').orderBy('size').limit(limit);
      if (after !== null) query = query.where('size', '>', after);
      return (await query.execute()).flatMap(({ checkpoint }) => readCheckpoint(JSON.parse(checkpoint)) ?? []);
    },
    async latestCheckpoint() {
      const row = await database
        .selectFrom('audit_checkpoints')
        .select('checkpoint')
        .orderBy('size', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : readCheckpoint(JSON.parse(row.checkpoint));
    },
    async evidence(digest) {
      const row = await database
        .selectFrom('evidence_items')
        .select(['digest', 'bytes', 'sealed_by as sealedBy'])
        .where('digest', '=', digest)
        .executeTakeFirst();
      return row ?? null;
    },
    async evidenceNotBy(keyId, which, { after, before, limit }) {
      const query = database
        .selectFrom('evidence_items')
        .select(['digest', 'bytes', 'sealed_by as sealedBy'])
        .where('digest', '>', after)
        .where('digest', '<', before)
        .orderBy('digest')
        .limit(limit);
      // Said in the words of the index, which has those alone.
      return which === 'clear'
        ? query.where(sql<boolean>`sealed_by = ''`).execute()
        : query.where('sealed_by', '<>', keyId).execute();
    },
  };
}

/** @param append  takes a draft for the end of the transaction */
export function createAuditRepository(database: ServiceDatabase, append: (draft: AuditDraft) => void): AuditRepository {
  return {
    ...createAuditReadings(database),
    append,
    async countDetailsBefore(instant) {
      const { count } = await database
        .selectFrom('audit_details')
        .select((builder) => builder.fn.countAll<number>().as('count'))
        .where('retain_until', '<', instant)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async eraseDetailsBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('audit_details')
        .where('retain_until', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async eraseDetailsOf(sequences) {
      const { numDeletedRows } = await database
        .deleteFrom('audit_details')
        .where('sequence', 'in', [...sequences])
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async eraseEvidenceBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('evidence_items')
        .where('used_on', '<', instant.slice(0, 10))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async eraseEvidenceOf(digests) {
      const { numDeletedRows } = await database
        .deleteFrom('evidence_items')
        .where('digest', 'in', [...digests])
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async index(rows, whole) {
      await addIndexRows(database, rows);
      if (whole !== null) await segmentIsIndexed(database, whole);
    },
    async reseal(digest, from, bytes, sealedBy) {
      const { numUpdatedRows } = await database
        .updateTable('evidence_items')
        .set({ bytes, sealed_by: sealedBy })
        .where('digest', '=', digest)
        .where('sealed_by', '=', from)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    async addCheckpoint(checkpoint) {
      await database
        .insertInto('audit_checkpoints')
        .values({ size: checkpoint.size, at: checkpoint.at, checkpoint: JSON.stringify(checkpoint) })
        .onConflict((conflict) => conflict.column('size').doNothing())
        .execute();
    },
  };
}

/** Columns come back as they were written: `audit verify` must see a changed one as it is, not repaired. */
function toEntry(row: Row): AuditEntry {
  return {
    sequence: row.sequence,
    at: row.at,
    actor: row.actor,
    role: row.role as Role | 'none',
    action: row.action,
    target: row.target,
    outcome: row.outcome as AuditEntry['outcome'],
    reason: row.reason,
    requestId: row.request_id,
    detailsSm3: row.details_sm3,
    detailsSha256: row.details_sha256,
    retainUntil: row.retain_until,
  };
}

function toEntryWithDetails(row: RowWithDetails): AuditEntryWithDetails {
  const details: AuditDetails | null =
    row.salt === null || row.details === null ? null : { salt: row.salt, details: row.details };
  return { ...toEntry(row), details };
}
