import { registryNames } from '../services/ports/registry-records.ts';
import type { HistoryRepository } from '../services/ports/registry-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createHistoryRepository(database: ServiceDatabase): HistoryRepository {
  return {
    async add({ registry, recordId, at, actor, action, record, reason }) {
      const last = await database
        .selectFrom('record_history')
        .select('version')
        .where('registry', '=', registry)
        .where('record_id', '=', recordId)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      const version = (last?.version ?? 0) + 1;
      await database
        .insertInto('record_history')
        .values({ registry, record_id: recordId, version, at, actor, action, record, reason })
        .execute();
    },
    async version({ registry, recordId, part }) {
      const latest = database
        .selectFrom('record_history')
        .select('version')
        .where('registry', '=', registry)
        .where('record_id', '=', recordId)
        .orderBy('version', 'desc')
        .limit(1);
      const ofPart =
        part === 'record'
          ? latest.where('action', 'not like', '%.set-%')
          : latest.where('action', 'like', `%.set-${part}`);
      return (await ofPart.executeTakeFirst())?.version ?? 0;
    },
    async list(registry, recordId, { after, limit }) {
      let query = database
        .selectFrom('record_history')
        .selectAll()
        .where('registry', '=', registry)
        .where('record_id', '=', recordId)
        .orderBy('version', 'desc')
        .limit(limit);
      if (after !== null) query = query.where('version', '<', after);
      return (await query.execute()).map((row) => ({
        registry: registryNames.find((name) => name === row.registry) ?? registry,
        recordId: row.record_id,
        version: row.version,
        at: row.at,
        actor: row.actor,
        action: row.action,
        record: row.record,
        reason: row.reason,
      }));
    },
  };
}
