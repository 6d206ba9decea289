import { CodedError } from '@onelock/core/errors';
import type { Kysely } from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';
import { firstTables } from './0001-first-tables.ts';
import { merkleLog } from './0002-merkle-log.ts';
import { registries } from './0003-registries.ts';
import { serviceFacts } from './0004-service-facts.ts';
import { appendByStatement } from './0005-append-by-statement.ts';
import { evidenceTables } from './0010-evidence.ts';
import { imports } from './0020-imports.ts';
import { login } from './0030-login.ts';
import { watchList } from './0040-watch-list.ts';
import { webhooks } from './0050-webhooks.ts';
import { tickets } from './0060-tickets.ts';
import { consoleTables } from './0070-console.ts';
import { historyReason } from './0071-history-reason.ts';
import { rareActsIndex } from './0072-rare-acts.ts';
import { driverCatalogue } from './0080-driver-catalogue.ts';
import { statistics } from './0090-statistics.ts';
import { applications } from './0100-applications.ts';
import { court } from './0110-court.ts';
import { loginRetention } from './0111-login-retention.ts';
import { phones } from './0120-phones.ts';
import { phoneKeys } from './0121-phone-keys.ts';
import { supervisionWebhooks } from './0130-supervision-webhooks.ts';
import { standing } from './0140-standing.ts';
import { consoleSessionCertificate } from './0150-console-session-certificate.ts';
import { phoneOrderMatch } from './0151-phone-order-match.ts';
import { logGoesOn } from './0160-log-goes-on.ts';
import { sealedEvidence } from './0161-sealed-evidence.ts';
import { auditIndex } from './0162-audit-index.ts';
import { replaceGuards } from './0163-replace-guards.ts';
import { messagesDue } from './0180-messages-due.ts';
import { type DatabaseEngine, dialects, type ServiceMigration } from './migration.ts';

/** Every migration, in order. Numbered, forward only, listed by hand so that a build needs no folder at run time. */
const migrations: readonly ServiceMigration[] = [
  firstTables,
  merkleLog,
  registries,
  serviceFacts,
  appendByStatement,
  evidenceTables,
  imports,
  login,
  watchList,
  webhooks,
  tickets,
  consoleTables,
  historyReason,
  rareActsIndex,
  driverCatalogue,
  statistics,
  applications,
  court,
  loginRetention,
  phones,
  phoneKeys,
  supervisionWebhooks,
  standing,
  consoleSessionCertificate,
  phoneOrderMatch,
  logGoesOn,
  sealedEvidence,
  auditIndex,
  replaceGuards,
  messagesDue,
];

/**
 * Brings a database to the latest migration.
 *
 * @throws {CodedError} ERR_SERVICE_DATABASE_NEWER { migration } when it carries one that this version does not know
 */
export async function migrateToLatest<Tables>(database: Kysely<Tables>, engine: DatabaseEngine): Promise<void> {
  const dialect = dialects[engine];
  const provider: MigrationProvider = {
    getMigrations: async () =>
      Object.fromEntries(migrations.map(({ name, up }) => [name, { up: (db) => up(db, dialect) }])),
  };
  await refuseNewerDatabase(database);
  const { error } = await new Migrator({
    db: database,
    provider,
    migrationTableName: 'migrations',
    migrationLockTableName: 'migrations_lock',
    // Rooms number their migrations by their own tens (docs: bridge-service/README.md), so a lower number may come later.
    allowUnorderedMigrations: true,
  }).migrateToLatest();
  if (error !== undefined) throw error;
}

/** The first migration that a database lacks, of an older version; null for one that is up to date. Nothing is changed. */
export async function lackingMigration<Tables>(database: Kysely<Tables>): Promise<string | null> {
  await refuseNewerDatabase(database);
  const applied = await appliedMigrations(database);
  return migrations.find(({ name }) => !applied.some((row) => row.name === name))?.name ?? null;
}

async function appliedMigrations<Tables>(database: Kysely<Tables>): Promise<readonly { readonly name: string }[]> {
  const tables = await database.introspection.getTables();
  if (!tables.some((table) => table.name === 'migrations')) return [];
  return (database as unknown as Kysely<{ migrations: { name: string } }>)
    .selectFrom('migrations')
    .select('name')
    .execute();
}

async function refuseNewerDatabase<Tables>(database: Kysely<Tables>): Promise<void> {
  const applied = await appliedMigrations(database);
  const unknown = applied.find((row) => !migrations.some((migration) => migration.name === row.name));
  if (unknown !== undefined) throw new CodedError('ERR_SERVICE_DATABASE_NEWER', { migration: unknown.name });
}
