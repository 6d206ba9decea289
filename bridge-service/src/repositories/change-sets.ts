import type { Selectable } from 'kysely';
import type { ChangeSet } from '../services/ports/change-records.ts';
import { changeSetStates } from '../services/ports/change-records.ts';
import type { ChangeSetRepository } from '../services/ports/registry-store.ts';
import type { ServiceDatabase, Tables } from './engine/schema.ts';

type Row = Selectable<Tables['change_sets']>;

export function createChangeSetRepository(database: ServiceDatabase): ChangeSetRepository {
  const all = () => database.selectFrom('change_sets').selectAll();
  return {
    async add(set) {
      await database.insertInto('change_sets').values(toRow(set)).execute();
    },
    async update(set) {
      const { id, ...row } = toRow(set);
      await database.updateTable('change_sets').set(row).where('id', '=', id).execute();
    },
    async byId(id) {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toChangeSet(row);
    },
    async list({ after, limit }, state) {
      let query = all().orderBy('id', 'desc').limit(limit);
      if (after !== null) query = query.where('id', '<', after);
      if (state !== undefined) query = query.where('state', '=', state);
      return (await query.execute()).map(toChangeSet);
    },
    async due(now) {
      const rows = await all()
        .where('state', '=', 'approved')
        .where((builder) => builder.or([builder('apply_at', 'is', null), builder('apply_at', '<=', now)]))
        .orderBy('apply_at')
        .orderBy('id')
        .execute();
      return rows.map(toChangeSet);
    },
    async following(parent) {
      const rows = await all().where('parent', '=', parent).where('state', '=', 'approved').execute();
      return rows.map(toChangeSet);
    },
  };
}

function toRow(set: ChangeSet): Row {
  return {
    id: set.id,
    title: set.title,
    reason: set.reason,
    state: set.state,
    urgent: set.urgent ? 1 : 0,
    operations: JSON.stringify(set.operations),
    digest: set.digest,
    preview: JSON.stringify(set.preview),
    proposed_by: set.proposedBy,
    proposed_at: set.proposedAt,
    approvals: JSON.stringify(set.approvals),
    apply_at: set.applyAt,
    applied_at: set.appliedAt,
    effects: set.effects && JSON.stringify(set.effects),
    signature: set.signature,
    rolled_back_at: set.rolledBackAt,
    parent: set.parent,
    failure: set.failure,
    updated_at: set.updatedAt,
  };
}

function toChangeSet(row: Row): ChangeSet {
  const parsed = <T>(text: string): T => JSON.parse(text) as T;
  return {
    id: row.id,
    title: row.title,
    reason: row.reason,
    state: changeSetStates.find((state) => state === row.state) ?? 'failed',
    urgent: row.urgent === 1,
    operations: parsed<ChangeSet['operations']>(row.operations),
    digest: row.digest,
    preview: parsed<ChangeSet['preview']>(row.preview),
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    approvals: parsed<ChangeSet['approvals']>(row.approvals),
    applyAt: row.apply_at,
    appliedAt: row.applied_at,
    effects: row.effects === null ? null : parsed<ChangeSet['effects']>(row.effects),
    signature: row.signature,
    rolledBackAt: row.rolled_back_at,
    parent: row.parent,
    failure: row.failure,
    updatedAt: row.updated_at,
  };
}
