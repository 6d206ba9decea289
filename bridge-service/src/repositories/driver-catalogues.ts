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
    async add({ version, digest, signed, publishedAt, publishedBy }) {
      await database
        .insertInto('driver_catalogues')
        .values({ version, digest, signed, published_at: publishedAt, published_by: publishedBy })
        .execute();
    },
  };
}
