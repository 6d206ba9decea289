import type { Selectable } from 'kysely';
import {
  type SupervisionEvent,
  type WatchEntry,
  type WatchRepository,
  watchActions,
  watchKinds,
  watchStates,
} from '../services/ports/watch-store.ts';
import { compiledOnce, rowsOf } from './engine/compiled-once.ts';
import { nextVersion, versionOf } from './engine/registry-version.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

export const watchColumns = [
  ...(['id', 'kind', 'value_digest', 'sealed', 'shown', 'action', 'reason', 'evidence', 'state'] as const),
  ...(['proposed_by', 'proposed_at', 'expires_at', 'updated_at', 'decided_by', 'decided_at'] as const),
  ...(['ended_by', 'ended_at', 'end_reason', 'cleared_until'] as const),
];

const hitsOfMany = (count: number) =>
  compiledOnce((database) =>
    database
      .selectFrom('watch_entries')
      .select(watchColumns)
      .where('value_digest', 'in', new Array<string>(count).fill(''))
      .where('state', '=', '')
      .where('expires_at', '>', '')
      .orderBy('id'),
  );

/** A use has few values: as many as it has subjects and marks of its machine. */
const fewValues = 16;
const hitQueries = new Map<number, ReturnType<typeof hitsOfMany>>();

function hitsOf(count: number): ReturnType<typeof hitsOfMany> {
  const known = hitQueries.get(count) ?? hitsOfMany(count);
  if (count <= fewValues) hitQueries.set(count, known);
  return known;
}

export function createWatchRepository(database: ServiceDatabase): WatchRepository {
  const lastTold = async (): Promise<number> => {
    const row = await database
      .selectFrom('supervision_events')
      .select((builder) => builder.fn.max('sequence').as('last'))
      .executeTakeFirst();
    return Number(row?.last ?? 0);
  };
  return {
    async add(entry) {
      await database
        .insertInto('watch_entries')
        .values({
          ...{ id: entry.id, kind: entry.kind, value_digest: entry.valueDigest, sealed: entry.sealed },
          ...{ shown: entry.shown, action: entry.action, reason: entry.reason, evidence: entry.evidence },
          ...{ proposed_by: entry.proposedBy, proposed_at: entry.proposedAt, expires_at: entry.expiresAt },
          ...changeable(entry),
        })
        .execute();
      await nextVersion(database, 'watchlist');
    },
    async update(entry) {
      await database.updateTable('watch_entries').set(changeable(entry)).where('id', '=', entry.id).execute();
      await nextVersion(database, 'watchlist');
    },
    async byId(id) {
      const row = await database.selectFrom('watch_entries').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toWatchEntry(row);
    },
    async list({ after, limit }, filter) {
      let query = database.selectFrom('watch_entries').selectAll().orderBy('id').limit(limit);
      if (after !== null) query = query.where('id', '>', after);
      if (filter !== undefined) {
        const { state, now } = filter;
        const timed = state === 'proposed' || state === 'active';
        query =
          state === 'expired'
            ? query.where('state', 'in', ['proposed', 'active']).where('expires_at', '<=', now)
            : query.where('state', '=', state);
        if (timed) query = query.where('expires_at', '>', now);
      }
      return (await query.execute()).map(toWatchEntry);
    },
    async hits(valueDigests, now) {
      if (valueDigests.length === 0) return [];
      const rows = await rowsOf(database, hitsOf(valueDigests.length)(database, [...valueDigests, 'active', now]));
      return rows.map(toWatchEntry);
    },
    version: () => versionOf(database, 'watchlist'),
    async activeValues() {
      const rows = await database
        .selectFrom('watch_entries')
        .select(['kind', 'value_digest'])
        .where('state', '=', 'active')
        .execute();
      return rows.map((row) => ({ kind: known(watchKinds, row.kind), valueDigest: row.value_digest }));
    },
    async boundToWatched() {
      // What is shown of a company is its credit code.
      const rows = await database
        .selectFrom('watch_entries as w')
        .innerJoin('companies as o', 'o.credit_code', 'w.shown')
        .innerJoin('certificates as c', 'c.company_id', 'o.id')
        .select(['c.digest', 'o.credit_code'])
        .where('w.kind', '=', 'company')
        .where('w.state', '=', 'active')
        .execute();
      return new Map(rows.map(({ digest, credit_code }) => [digest, credit_code]));
    },
    lastTold,
    async forgetEndedBefore(instant) {
      const { numUpdatedRows } = await database
        .updateTable('watch_entries')
        .set({ sealed: '', value_digest: '' })
        .where('sealed', '<>', '')
        .where((where) =>
          where.or([
            where('expires_at', '<', instant),
            where.and([where('state', 'in', ['rejected', 'ended']), where('updated_at', '<', instant)]),
          ]),
        )
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    async tell({ id, at, type, data }) {
      // Writers take turns, so the next number is nobody else's.
      const sequence = (await lastTold()) + 1;
      await database.insertInto('supervision_events').values({ sequence, id, at, type, data }).execute();
      return sequence;
    },
    async toldAfter(sequence, limit) {
      const rows = await database
        .selectFrom('supervision_events')
        .selectAll()
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, type: row.type as SupervisionEvent['type'] }));
    },
  };
}

function changeable(entry: WatchEntry) {
  return {
    ...{ state: entry.state, updated_at: entry.updatedAt, decided_by: entry.decidedBy, decided_at: entry.decidedAt },
    ...{ ended_by: entry.endedBy, ended_at: entry.endedAt, end_reason: entry.endReason },
    cleared_until: entry.clearedUntil,
  };
}

export function toWatchEntry(row: Selectable<Tables['watch_entries']>): WatchEntry {
  return {
    ...{ id: row.id, kind: known(watchKinds, row.kind), valueDigest: row.value_digest, sealed: row.sealed },
    ...{ shown: row.shown, action: known(watchActions, row.action), reason: row.reason, evidence: row.evidence },
    ...{ state: known(watchStates, row.state), proposedBy: row.proposed_by, proposedAt: row.proposed_at },
    ...{ expiresAt: row.expires_at, updatedAt: row.updated_at, decidedBy: row.decided_by, decidedAt: row.decided_at },
    ...{ endedBy: row.ended_by, endedAt: row.ended_at, endReason: row.end_reason, clearedUntil: row.cleared_until },
  };
}

function known<T extends string>(values: readonly T[], value: string): T {
  const found = values.find((one) => one === value);
  if (found === undefined) throw new Error(`the watch-list has the unknown word ${value}`);
  return found;
}
