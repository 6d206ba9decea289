import type { ServiceDatabase } from './schema.ts';

/** Says to every node that keeps a registry in memory that it has changed. */
export async function nextVersion(database: ServiceDatabase, name: 'cas' | 'platforms' | 'watchlist'): Promise<void> {
  await database
    .updateTable('registry_state')
    .set((builder) => ({ version: builder('version', '+', 1) }))
    .where('name', '=', name)
    .execute();
}

export async function versionOf(database: ServiceDatabase, name: 'cas' | 'platforms' | 'watchlist'): Promise<number> {
  const row = await database
    .selectFrom('registry_state')
    .select('version')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return Number(row.version);
}
