import { toHex, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type Kysely, sql } from 'kysely';
import { hashDetails } from '../audit/entry.ts';
import { erasureAction, erasureTarget } from '../audit/erasure.ts';
import { type EntryRow, growLog } from '../audit/grow-log.ts';
import type { DialectSql, ServiceMigration } from './migration.ts';

/** The audit log as two Merkle trees (RFC 6962), which takes the place of the chain of hashes of 0001. */
export const merkleLog: ServiceMigration = {
  name: '0002-merkle-log',
  async up(database, dialect) {
    await createTables(database, dialect);
    await database
      .insertInto('audit_head')
      .values({ id: 1, log: toHex(createNodeCrypto().random(16)), size: 0, frontier_sm3: '', frontier_sha256: '' })
      .execute();
    await convertChain(database);
    for (const statement of guards[dialect.engine]) await sql.raw(statement).execute(database);
    await database.schema.dropTable('audit_payloads').execute();
    await database.schema.dropTable('audit_entries').execute();
  },
};

// biome-ignore lint/suspicious/noExplicitAny: a migration speaks of tables as they were then, not as they are typed now
type AnyDatabase = Kysely<any>;

async function createTables({ schema }: AnyDatabase, dialect: DialectSql): Promise<void> {
  const text = sql.raw(dialect.text);
  const integer = sql.raw(dialect.integer);
  const bytes = sql.raw(dialect.bytes);
  await schema
    .createTable('audit_log')
    .addColumn('sequence', integer, (column) => column.primaryKey())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('actor', text, (column) => column.notNull())
    .addColumn('role', text, (column) => column.notNull())
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('target', text, (column) => column.notNull())
    .addColumn('outcome', text, (column) => column.notNull())
    .addColumn('reason', text, (column) => column.notNull())
    .addColumn('request_id', text, (column) => column.notNull())
    .addColumn('details_sm3', text, (column) => column.notNull())
    .addColumn('details_sha256', text, (column) => column.notNull())
    .addColumn('retain_until', text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('audit_details')
    .addColumn('sequence', integer, (column) => column.primaryKey())
    .addColumn('salt', text, (column) => column.notNull())
    .addColumn('details', text, (column) => column.notNull())
    .addColumn('retain_until', text, (column) => column.notNull())
    .execute();
  await schema.createIndex('audit_details_by_retention').on('audit_details').column('retain_until').execute();
  await schema
    .createTable('audit_nodes')
    .addColumn('level', integer, (column) => column.notNull())
    .addColumn('position', integer, (column) => column.notNull())
    .addColumn('sm3', text, (column) => column.notNull())
    .addColumn('sha256', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_nodes_key', ['level', 'position'])
    .execute();
  await schema
    .createTable('audit_head')
    .addColumn('id', integer, (column) => column.primaryKey())
    .addColumn('log', text, (column) => column.notNull())
    .addColumn('size', integer, (column) => column.notNull())
    .addColumn('frontier_sm3', text, (column) => column.notNull())
    .addColumn('frontier_sha256', text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('audit_checkpoints')
    .addColumn('size', integer, (column) => column.primaryKey())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('checkpoint', text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('evidence_items')
    .addColumn('digest', text, (column) => column.primaryKey())
    .addColumn('bytes', bytes, (column) => column.notNull())
    .addColumn('used_on', text, (column) => column.notNull())
    .execute();
  await schema.createIndex('evidence_items_by_day').on('evidence_items').column('used_on').execute();
}

/**
 * Entries of the chain become leaves as they were; a last act names the chain's end, so that a head noted then can still be looked
 * up, and where the chain was broken, if it was. Where details were gone already their digest under SHA-256 cannot be known and is all zeros, and a recorded erasure says so.
 */
async function convertChain(database: AnyDatabase): Promise<void> {
  const chain = await database
    .selectFrom('audit_entries')
    .leftJoin('audit_payloads', 'audit_payloads.sequence', 'audit_entries.sequence')
    .selectAll('audit_entries')
    .select(['audit_payloads.salt', 'audit_payloads.payload', 'audit_payloads.retain_until'])
    .orderBy('audit_entries.sequence')
    .execute();
  const last = chain.at(-1);
  if (last === undefined) return;
  const ops = createNodeCrypto();
  const missing: number[] = [];
  const entries: EntryRow[] = [];
  const details: { sequence: number; salt: string; details: string; retain_until: string }[] = [];
  for (const row of chain) {
    const beside = row.payload === null ? null : { salt: String(row.salt), details: String(row.payload) };
    const digests = beside && hashDetails(beside, ops);
    const entry: EntryRow = {
      sequence: row.sequence,
      at: row.at,
      actor: row.actor,
      role: row.role,
      action: row.action,
      target: row.target,
      outcome: row.outcome,
      reason: row.reason,
      requestId: row.request_id,
      detailsSm3: digests?.sm3 ?? row.payload_digest,
      detailsSha256: digests?.sha256 ?? '0'.repeat(64),
      retainUntil: row.retain_until ?? row.at,
    };
    entries.push(entry);
    if (beside === null) missing.push(row.sequence);
    else details.push({ sequence: row.sequence, ...beside, retain_until: entry.retainUntil });
  }
  const broken = firstBroken(chain, ops);
  const nothing = { salt: toHex(ops.random(32)), details: '{}' };
  const acts = [
    ...(missing.length > 0 ? [[erasureAction, erasureTarget({ kind: 'entries', sequences: missing })] as const] : []),
    [
      'audit.convert',
      `sm3 chain ${last.sequence}:${last.hash}${broken === null ? '' : ` broken at ${broken}`}`,
    ] as const,
  ];
  for (const [action, target] of acts) {
    const digests = hashDetails(nothing, ops);
    const sequence = entries.length + 1;
    const entry: EntryRow = {
      sequence,
      at: last.at,
      actor: 'server-console',
      role: 'none',
      action,
      target,
      outcome: 'done',
      reason: '',
      requestId: '',
      detailsSm3: digests.sm3,
      detailsSha256: digests.sha256,
      retainUntil: last.at,
    };
    entries.push(entry);
    details.push({ sequence, ...nothing, retain_until: entry.retainUntil });
  }
  const grown = growLog({ size: 0, frontier: { sm3: '', sha256: '' } }, entries, ops);
  for (const entry of entries)
    await database
      .insertInto('audit_log')
      .values({
        sequence: entry.sequence,
        at: entry.at,
        actor: entry.actor,
        role: entry.role,
        action: entry.action,
        target: entry.target,
        outcome: entry.outcome,
        reason: entry.reason,
        request_id: entry.requestId,
        details_sm3: entry.detailsSm3,
        details_sha256: entry.detailsSha256,
        retain_until: entry.retainUntil,
      })
      .execute();
  for (const row of details) await database.insertInto('audit_details').values(row).execute();
  for (const node of grown.nodes) await database.insertInto('audit_nodes').values(node).execute();
  await database
    .updateTable('audit_head')
    .set({ size: grown.size, frontier_sm3: grown.frontier.sm3, frontier_sha256: grown.frontier.sha256 })
    .execute();
}

/** The first entry of the old chain that does not follow from the one before, as 0001 hashed it: a conversion must not whitewash. */
function firstBroken(chain: readonly Readonly<Record<string, unknown>>[], ops: CryptoOps): number | null {
  let previous = '0'.repeat(64);
  for (const [index, row] of chain.entries()) {
    const { sequence, at, actor, role, action, target, outcome, reason, payload_digest, request_id } = row;
    const fields = [sequence, at, actor, role, action, target, outcome, reason, payload_digest, request_id, previous];
    const hash = toHex(ops.digest('sm3', utf8Encode(`onelock-audit-v1\n${JSON.stringify(fields)}`)));
    const beside = `onelock-audit-payload-v1\n${row.salt}\n${row.payload}`;
    const whole = row.payload === null || toHex(ops.digest('sm3', utf8Encode(beside))) === payload_digest;
    if (sequence !== index + 1 || row.previous_hash !== previous || row.hash !== hash || !whole) return index + 1;
    previous = hash;
  }
  return null;
}

/**
 * The tables refuse every change but an append at the end (and the erasure of details). Who owns the database can take these away; the
 * trees and the checkpoints are what finds that. REPLACE in SQLite deletes without firing a delete trigger unless recursive
 * triggers are on, hence the checks before an insert.
 */
const guards: Readonly<Record<DialectSql['engine'], readonly string[]>> = {
  sqlite: [
    ...['audit_log', 'audit_nodes', 'audit_details', 'audit_checkpoints'].map(
      (table) => `create trigger ${table}_refuse_update before update on ${table}
        begin select raise(abort, '${table} is append-only'); end`,
    ),
    ...['audit_log', 'audit_nodes', 'audit_head', 'audit_checkpoints'].map(
      (table) => `create trigger ${table}_refuse_delete before delete on ${table}
        begin select raise(abort, '${table} is append-only'); end`,
    ),
    `create trigger audit_log_append_only before insert on audit_log
      when new.sequence <> (select coalesce(max(sequence), 0) + 1 from audit_log)
      begin select raise(abort, 'audit_log is append-only'); end`,
    `create trigger audit_details_append_only before insert on audit_details
      when exists (select 1 from audit_details where sequence = new.sequence)
      begin select raise(abort, 'audit_details is append-only'); end`,
    `create trigger audit_head_one before insert on audit_head when exists (select 1 from audit_head)
      begin select raise(abort, 'audit_head has one row'); end`,
    `create trigger audit_head_grows before update on audit_head when new.size <= old.size or new.log <> old.log
      begin select raise(abort, 'audit_head only grows'); end`,
  ],
  postgres: [
    `create function audit_refuse() returns trigger language plpgsql as
      $$ begin raise exception '% is append-only', tg_table_name; end $$`,
    ...['audit_log', 'audit_nodes', 'audit_checkpoints'].map(
      (table) =>
        `create trigger ${table}_refuse before update or delete on ${table} for each row execute function audit_refuse()`,
    ),
    'create trigger audit_details_refuse before update on audit_details for each row execute function audit_refuse()',
    'create trigger audit_head_refuse before delete on audit_head for each row execute function audit_refuse()',
    ...['audit_log', 'audit_nodes', 'audit_checkpoints', 'audit_details', 'audit_head'].map(
      (table) =>
        `create trigger ${table}_refuse_truncate before truncate on ${table} for each statement execute function audit_refuse()`,
    ),
    `create function audit_log_append() returns trigger language plpgsql as $$ begin
        if new.sequence <> (select coalesce(max(sequence), 0) + 1 from audit_log) then
          raise exception 'audit_log is append-only';
        end if;
        return new;
      end $$`,
    'create trigger audit_log_append_only before insert on audit_log for each row execute function audit_log_append()',
    `create function audit_head_grow() returns trigger language plpgsql as $$ begin
        if new.size <= old.size or new.log <> old.log then raise exception 'audit_head only grows'; end if;
        return new;
      end $$`,
    'create trigger audit_head_grows before update on audit_head for each row execute function audit_head_grow()',
  ],
};
