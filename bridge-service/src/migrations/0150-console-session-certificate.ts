import { sql } from 'kysely';
import type { ServiceMigration } from './migration.ts';

/** A session of the console is judged again while it acts, by the certificate that it began with. One that was begun before has none, and ends. */
export const consoleSessionCertificate: ServiceMigration = {
  name: '0150-console-session-certificate',
  async up(database, dialect) {
    await database.schema.alterTable('console_sessions').addColumn('certificate', sql.raw(dialect.bytes)).execute();
  },
};
