import type { DriverCatalogueRepository } from '../services/ports/store.ts';
import type { ServiceDatabase } from './engine/schema.ts';

export function createDriverCatalogueRepository(database: ServiceDatabase): DriverCatalogueRepository {
  return {
    async newest() {
      const row = await database
        .selectFrom('driver_catalogues')
        .selectAll()
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { version, digest, signed, published_at: publishedAt, published_by: publishedBy } = row;
      return { version, digest, signed: new Uint8Array(signed), publishedAt, publishedBy };
    },
    async list({ after, limit }) {
      let query = database
        .selectFrom('driver_catalogues')
        .select(['version', 'digest', 'published_at', 'published_by'])
        .orderBy('version', 'desc')
        .limit(limit);
      if (after !== null) query = query.where('version', '<', after);
      return (await query.execute()).map((row) => ({
        ...{ version: row.version, digest: row.digest, publishedAt: row.published_at, publishedBy: row.published_by },
      }));
    },
    async add({ version, digest, signed, publishedAt, publishedBy }) {
      await database
        .insertInto('driver_catalogues')
        .values({ version, digest, signed, published_at: publishedAt, published_by: publishedBy })
        .execute();
    },
  };
}
