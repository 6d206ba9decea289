import type { FactRepository } from '../services/ports/registry-store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createFactRepository(database: ServiceDatabase): FactRepository {
  return {
    async get(name) {
      const row = await database
        .selectFrom('service_facts')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.value ?? null;
    },
    async set(name, value) {
      await database
        .insertInto('service_facts')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
