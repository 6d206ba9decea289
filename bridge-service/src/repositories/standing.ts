import { sql } from 'kysely';
import type { Standing, StandingRepository } from '../services/ports/standing-store.ts';
import { nextVersion } from './engine/registry-version.ts';
import type { ServiceDatabase } from './engine/schema.ts';

interface Row {
  readonly key: string;
  readonly id: string;
  readonly state: string;
}

export function createStandingRepository(database: ServiceDatabase): StandingRepository {
  const byKey = (registry: Standing['registry'], rows: readonly Row[]): Map<string, Standing> =>
    new Map(rows.map(({ key, id, state }) => [key, { registry, id, state }]));
  return {
    async inactive(now) {
      // The conditions are those of the partial indexes: records that are in use are not read.
      const own = await sql<Row>`select digest as key, id, state from certificates
        where state <> 'active' and not_after >= ${now}`.execute(database);
      const closed = await sql<Row>`select credit_code as key, id, state from companies
        where state <> 'active'`.execute(database);
      const through = await sql<Row>`select c.digest as key, o.id, o.state from companies o
        join certificates c on c.company_id = o.id where o.state <> 'active' and c.not_after >= ${now}`.execute(
        database,
      );
      return {
        certificates: new Map([...byKey('companies', through.rows), ...byKey('certificates', own.rows)]),
        companies: byKey('companies', closed.rows),
      };
    },
    changed: () => nextVersion(database, 'watchlist'),
  };
}
