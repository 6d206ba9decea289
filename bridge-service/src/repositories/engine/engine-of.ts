import { type Kysely, PostgresAdapter } from 'kysely';
import type { DatabaseEngine } from '../../migrations/migration.ts';

/** Which engine speaks behind a database or a transaction of it, for the few statements that differ. */
export function engineOf<Tables>(database: Kysely<Tables>): DatabaseEngine {
  return database.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}
