import type { Selectable } from 'kysely';
import type { AuditEntry, AuditPayload, Role } from '../services/ports/records.ts';
import type { AuditRepository } from '../services/ports/store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['audit_entries']>;
type RowWithPayload = Row & { salt: string | null; payload: string | null; retain_until: string | null };

export function createAuditRepository(database: ServiceDatabase): AuditRepository {
  const withPayload = () =>
    database
      .selectFrom('audit_entries')
      .leftJoin('audit_payloads', 'audit_payloads.sequence', 'audit_entries.sequence')
      .selectAll('audit_entries')
      .select(['audit_payloads.salt', 'audit_payloads.payload', 'audit_payloads.retain_until']);

  return {
    async last() {
      const row = await database
        .selectFrom('audit_entries')
        .selectAll()
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toEntry(row);
    },
    async append(entry, payload) {
      await database
        .insertInto('audit_entries')
        .values({
          sequence: entry.sequence,
          at: entry.at,
          actor: entry.actor,
          role: entry.role,
          action: entry.action,
          target: entry.target,
          outcome: entry.outcome,
          reason: entry.reason,
          payload_digest: entry.payloadDigest,
          request_id: entry.requestId,
          previous_hash: entry.previousHash,
          hash: entry.hash,
        })
        .execute();
      await database
        .insertInto('audit_payloads')
        .values({
          sequence: entry.sequence,
          salt: payload.salt,
          payload: payload.payload,
          retain_until: payload.retainUntil,
        })
        .execute();
    },
    async list({ after, limit }, { action, actor, target, newestFirst = false }) {
      let query = withPayload()
        .orderBy('audit_entries.sequence', newestFirst ? 'desc' : 'asc')
        .limit(limit);
      if (after !== null) query = query.where('audit_entries.sequence', newestFirst ? '<' : '>', after);
      if (action !== undefined) query = query.where('audit_entries.action', '=', action);
      if (target !== undefined) query = query.where('audit_entries.target', '=', target);
      if (actor !== undefined) query = query.where('audit_entries.actor', '=', actor);
      return (await query.execute()).map((row) => ({ ...toEntry(row), payload: toPayload(row) }));
    },
    async erasePayloadsBefore(instant) {
      const { numDeletedRows } = await database
        .deleteFrom('audit_payloads')
        .where('retain_until', '<', instant)
        .executeTakeFirst();
      return Number(numDeletedRows);
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
    payloadDigest: row.payload_digest,
    requestId: row.request_id,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

function toPayload(row: RowWithPayload): AuditPayload | null {
  if (row.salt === null || row.payload === null || row.retain_until === null) return null;
  return { salt: row.salt, payload: row.payload, retainUntil: row.retain_until };
}
