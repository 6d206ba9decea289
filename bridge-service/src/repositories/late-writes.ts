import { CompiledQuery } from 'kysely';
import type { AuditDraft, Challenge, Login } from '../services/ports/records.ts';
import type { HistoryEntry } from '../services/ports/registry-records.ts';
import { bulkInsert, columnLists, unnest } from './engine/bulk-insert.ts';
import { hold } from './engine/bundle.ts';
import type { PendingEvent } from './engine/local-events.ts';
import type { ColumnType } from './engine/postgres-array.ts';
import { eventChannel } from './engine/postgres-listener.ts';
import type { ServiceDatabase } from './engine/schema.ts';
import type { UsedOnceTable } from './used-once.ts';

/** What a job leaves to be written at the end of its group, together with that of the others. */
export type LateWrite =
  | { readonly kind: 'audit'; readonly draft: AuditDraft }
  | { readonly kind: 'challenge'; readonly challenge: Challenge }
  | { readonly kind: 'consumption'; readonly digest: string; readonly at: string }
  | { readonly kind: 'login'; readonly login: Login }
  | { readonly kind: UsedOnceTable; readonly digest: string; readonly expiresAt: string }
  | { readonly kind: 'history'; readonly entry: Omit<HistoryEntry, 'version'> }
  | { readonly kind: 'event'; readonly event: PendingEvent }
  | { readonly kind: 'proof'; readonly digest: string; readonly proof: string; readonly at: string };

export const ofKind = <Kind extends LateWrite['kind']>(
  items: readonly LateWrite[],
  kind: Kind,
): readonly Extract<LateWrite, { readonly kind: Kind }>[] =>
  items.filter((item): item is Extract<LateWrite, { readonly kind: Kind }> => item.kind === kind);

/** Everything but the audit log, a statement for each kind. What work leaves that foresaw what it would ask for, on PostgreSQL. */
export async function writeLate(transaction: ServiceDatabase, items: readonly LateWrite[]): Promise<void> {
  await bulkInsert(
    transaction,
    'challenges',
    texts('id', 'challenge_digest', 'caller_id', 'origin', 'created_at', 'expires_at'),
    ofKind(items, 'challenge').map(({ challenge }) => [
      ...[challenge.id, challenge.challengeDigest, challenge.callerId],
      ...[challenge.origin, challenge.createdAt, challenge.expiresAt],
    ]),
    { held: true },
  );
  await forEach(
    transaction,
    `update challenges set consumed_at = given.at
      from given where challenges.challenge_digest = given.digest and consumed_at is null`,
    texts('digest', 'at'),
    ofKind(items, 'consumption').map(({ digest, at }) => [digest, at]),
  );
  await bulkInsert(
    transaction,
    'logins',
    texts('id', 'caller_id', 'origin', 'created_at', 'indication', 'certificate_digest', 'report', 'identity'),
    ofKind(items, 'login').map(({ login }) => [
      ...[login.id, login.callerId, login.origin, login.createdAt],
      ...[login.indication, login.certificateDigest, login.report, login.identity],
    ]),
    { held: true },
  );
  for (const table of ['request_nonces', 'used_tickets'] as const)
    await bulkInsert(
      transaction,
      table,
      texts('nonce_digest', 'expires_at'),
      ofKind(items, table).map(({ digest, expiresAt }) => [digest, expiresAt]),
      { held: true },
    );
  await forEach(
    transaction,
    `update certificates set proven_at = given.at, proof = given.proof, updated_at = given.at, version = version + 1
      from given where certificates.digest = given.digest and proven_at is null`,
    texts('digest', 'proof', 'at'),
    ofKind(items, 'proof').map(({ digest, proof, at }) => [digest, proof, at]),
  );
  await forEach(
    transaction,
    `insert into record_history (registry, record_id, version, at, actor, action, record, reason)
      select registry, record_id, 1 + coalesce((select max(version) from record_history known
        where known.registry = given.registry and known.record_id = given.record_id), 0),
        at, actor, action, record, reason from given`,
    texts('registry', 'record_id', 'at', 'actor', 'action', 'record', 'reason'),
    ofKind(items, 'history').map(({ entry }) => [
      ...[entry.registry, entry.recordId, entry.at, entry.actor, entry.action, entry.record, entry.reason],
    ]),
  );
  // PostgreSQL itself tells nobody the same twice.
  await forEach(
    transaction,
    `select pg_notify('${eventChannel}', payload) from given`,
    texts('payload'),
    ofKind(items, 'event').map(({ event }) => [JSON.stringify(event)]),
  );
}

const texts = (...names: readonly string[]): Readonly<Record<string, ColumnType>> =>
  Object.fromEntries(names.map((name) => [name, 'text']));

/** A statement over rows that it knows as `given`. */
async function forEach(
  transaction: ServiceDatabase,
  statement: string,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly (readonly (string | null)[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const given = `with given(${Object.keys(columns).join(', ')}) as (select * from ${unnest(columns)})`;
  // Not prepared: planned while the table is small it would be read from end to end for ever.
  await hold(transaction, CompiledQuery.raw(`${given} ${statement}`, columnLists(columns, rows)));
}
